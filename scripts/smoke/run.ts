import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { sleep } from '../../lib/sleep.ts';
import { RIGHTS } from '../../schemas/index.ts';
import { createCommandRunner } from './command.ts';
import { createHttp } from './http.ts';
import type { Observations } from './observations.ts';
import { type ApiKey, check, type SmokeContext } from './step.ts';
import { STEPS } from './steps/index.ts';

const TIME_LIMIT_MS = 15 * 60_000;
/** Longest time that a step waits for one thing. The lake needs the longest. */
const WAIT_MS = 8 * 60_000;
const POLL_MS = 1_000;

export interface SmokeRun {
  stack: StackOutputs;
  stack_name: string;
  records: number;
  callback_url: string | undefined;
  /** Parts of the promises of the steps to run. Without any, all steps run. */
  only: string[];
  observations: Observations;
}

/**
 * Runs the steps, and prints a line for each. A failed step does not stop the others.
 *
 * @returns the number of failed steps.
 */
export async function runSteps(run: SmokeRun): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-smoke-'));
  const name = `smoke-${randomBytes(4).toString('hex')}`;
  const api_keys = createApiKeys({ usage_plan_ids: run.stack.UsagePlanIds });
  const keys: { own: ApiKey; other: ApiKey } = {
    own: await api_keys.create({ tenant: 'default', tier: 'growth', rights: RIGHTS, name }),
    other: await api_keys.create({ tenant: name, tier: 'growth', rights: RIGHTS, name }),
  };
  try {
    const context = createContext(run, { name, folder, keys });
    await waitForKeys(context);
    let failed = 0;
    for (const step of chooseSteps(run.only)) failed += (await runStep(step, context)) ? 0 : 1;
    return failed;
  } finally {
    for (const { key_id } of Object.values(keys)) await api_keys.revoke(key_id);
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Chooses the steps to run. The last step withdraws the records of the run, so it always runs.
 *
 * @throws {Error} if no step has one of the parts in its promise
 */
function chooseSteps(only: string[]): typeof STEPS {
  if (only.length === 0) return STEPS;
  const unknown = only.find((part) => !STEPS.some(({ promise }) => promise.includes(part)));
  if (unknown !== undefined) {
    const lines = STEPS.map(({ promise }) => promise).join('\n  ');
    throw new Error(`--only: no step has "${unknown}" in its line. The lines are:\n  ${lines}`);
  }
  return STEPS.filter(
    (step) => step === STEPS.at(-1) || only.some((part) => step.promise.includes(part)),
  );
}

function createContext(
  { stack, stack_name, records, callback_url, observations }: SmokeRun,
  { name, folder, keys }: { name: string; folder: string; keys: SmokeContext['keys'] },
): SmokeContext {
  const ends_at = Date.now() + TIME_LIMIT_MS;
  return {
    stack,
    run: name,
    records,
    callback_url,
    keys,
    folder,
    http: createHttp(stack.ApiUrl, observations),
    aurastream: createCommandRunner(stack_name, keys.own.api_key),
    async waitFor(check) {
      const latest = Math.min(ends_at, Date.now() + WAIT_MS);
      for (;;) {
        try {
          return await check();
        } catch (error) {
          if (Date.now() > latest) throw error;
        }
        await sleep(POLL_MS);
      }
    },
  };
}

/** Waits until API Gateway knows the new keys, which takes some seconds on AWS. */
async function waitForKeys({ http, keys, waitFor }: SmokeContext): Promise<void> {
  for (const { api_key } of Object.values(keys)) {
    await waitFor(async () => {
      const { status } = await http.send('GET /jobs', '/jobs', { api_key });
      check(status === 200, `a new key answers ${status}`);
    });
  }
}

/** @returns true if the promise of the step holds. */
async function runStep(step: (typeof STEPS)[number], context: SmokeContext): Promise<boolean> {
  const started_at = performance.now();
  const print = (mark: string, note: string) => {
    const seconds = ((performance.now() - started_at) / 1_000).toFixed(1);
    console.log(`${mark} ${step.promise} (${seconds} s)\n  ${note}`);
  };
  try {
    print('✓', await step.run(context));
    return true;
  } catch (error) {
    print('✗', (error as Error).message);
    return false;
  }
}
