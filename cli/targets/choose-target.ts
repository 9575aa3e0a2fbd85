import type { Command } from 'commander';
import { type KeyedTarget, readTarget, type Target } from './store.ts';

/**
 * Returns the target that `--target` or the variable AURASTREAM_TARGET names, or undefined.
 *
 * @throws {Advice} if there is no such target.
 */
export async function chooseTarget(command: Command): Promise<KeyedTarget | undefined> {
  const { target } = command.optsWithGlobals<{ target?: string }>();
  const name = target ?? process.env.AURASTREAM_TARGET;
  return name === undefined || name === '' ? undefined : readTarget(name);
}

/**
 * Sets the environment variables with which the AWS SDK calls the services of a target. A target
 * without an endpoint is on AWS, whatever the environment says, and a profile comes before credentials
 * of the environment.
 */
export function useTarget({ endpoint, region, profile }: Target): void {
  const { env } = process;
  if (endpoint === undefined) delete env.AWS_ENDPOINT_URL;
  else env.AWS_ENDPOINT_URL = endpoint;
  if (region !== undefined) env.AWS_REGION = region;
  if (profile === undefined) return;
  env.AWS_PROFILE = profile;
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    delete env[name];
  }
}

/** Returns the stack that the options name, else that of the target, else the default. */
export function chooseStack(command: Command, target: Target | undefined): string {
  let root = command;
  while (root.parent !== null) root = root.parent;
  const { stack } = command.optsWithGlobals<{ stack: string }>();
  const is_named = root.getOptionValueSource('stack') !== 'default';
  return is_named ? stack : (target?.stack ?? stack);
}
