import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { readStack, type StackOutputs } from '../aws/cloudformation/stack.ts';
import { Advice } from './errors.ts';
import { DEPLOY_STACK } from './start-cloud.ts';

const runningCloudSchema = z.object({
  pid: z.int(),
  endpoint: z.url(),
  region: z.string(),
  access_key_id: z.string(),
  secret_access_key: z.string(),
  /** API key of the tenant `default`. */
  api_key: z.string().optional(),
});

/** File in which a running embedded cloud stores its address and credentials. */
const RUNNING_CLOUD = join('.aurastream', 'cloud', 'cloud.json');

/**
 * Configures the AWS SDK for the embedded cloud if the embedded cloud runs, and otherwise for AWS.
 * Then reads the names of the stack's resources.
 *
 * @throws {Advice} if the cloud does not have the stack.
 */
export async function connect(command: Command): Promise<StackOutputs> {
  await useEmbeddedCloud();
  const { stack } = command.optsWithGlobals<{ stack: string }>();
  try {
    return await readStack(stack);
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) {
      throw new Advice(`There is no stack ${stack}.`, DEPLOY_STACK, { cause: error });
    }
    throw error;
  }
}

/**
 * Sets the environment variables with which the AWS SDK calls the embedded cloud instead of AWS.
 * The function changes nothing if the embedded cloud does not run or the user has set an endpoint.
 */
async function useEmbeddedCloud(): Promise<void> {
  if (process.env.AWS_ENDPOINT_URL !== undefined) return;
  const cloud = await readRunningCloud();
  if (cloud === undefined) return;
  process.env.AWS_ENDPOINT_URL = cloud.endpoint;
  process.env.AWS_REGION = cloud.region;
  process.env.AWS_ACCESS_KEY_ID = cloud.access_key_id;
  process.env.AWS_SECRET_ACCESS_KEY = cloud.secret_access_key;
  delete process.env.AWS_SESSION_TOKEN;
  delete process.env.AWS_PROFILE;
}

/**
 * Reads the address and credentials of the embedded cloud that was started in the current folder.
 * Returns undefined if no embedded cloud runs.
 */
export async function readRunningCloud(): Promise<z.infer<typeof runningCloudSchema> | undefined> {
  const file = await readFile(RUNNING_CLOUD, 'utf8').catch(() => undefined);
  if (file === undefined) return undefined;
  const cloud = runningCloudSchema.parse(JSON.parse(file));
  return isAlive(cloud.pid) ? cloud : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
