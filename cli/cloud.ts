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
  /** The key of the tenant `default`. */
  api_key: z.string().optional(),
});

/** The embedded cloud keeps its address in this file while it runs. */
const RUNNING_CLOUD = join('.aurastream', 'cloud', 'cloud.json');

/**
 * Points the SDK at a cloud and reads the names of the stack's resources there.
 *
 * @throws {Advice} if that cloud has no such stack.
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

/** The SDK reads the environment, so these variables are the only difference between the embedded cloud and AWS. */
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

/** Reads the address of the embedded cloud that runs in this folder; undefined if none runs. */
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
