import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import * as z from 'zod';
import { readStack, type StackOutputs } from '../aws/cloudformation/stack.ts';
import { Advice } from './errors.ts';
import { listAnnouncements } from './running-cloud.ts';
import { DEPLOY_STACK } from './start-cloud.ts';
import { chooseStack, chooseTarget, useTarget } from './targets/choose-target.ts';

const runningCloudSchema = z.object({
  pid: z.int(),
  endpoint: z.url(),
  region: z.string(),
  access_key_id: z.string(),
  secret_access_key: z.string(),
  /** API key of the tenant `default`. */
  api_key: z.string().optional(),
  /** API key of the same tenant that may only read. */
  read_only_api_key: z.string().optional(),
});

/**
 * Configures the AWS SDK for the target that the options name; else for the embedded cloud, if it
 * runs; else for AWS. Then reads the names of the stack's resources.
 *
 * @throws {Advice} if the cloud does not have the stack.
 */
export async function connect(command: Command): Promise<StackOutputs> {
  const target = await chooseTarget(command);
  if (target === undefined) await useEmbeddedCloud();
  else useTarget(target);
  const stack = chooseStack(command, target);
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
 * Reads the address and credentials of a running embedded cloud: the one of the current folder or of
 * a folder above it, otherwise the one that this user started last. The latter does not count if the
 * environment chooses AWS credentials. Returns undefined if no embedded cloud runs.
 */
export async function readRunningCloud(): Promise<z.infer<typeof runningCloudSchema> | undefined> {
  for (const path of await listAnnouncements()) {
    const file = await readFile(path, 'utf8').catch(() => undefined);
    if (file === undefined) continue;
    const cloud = runningCloudSchema.parse(JSON.parse(file));
    if (isAlive(cloud.pid)) return cloud;
  }
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
