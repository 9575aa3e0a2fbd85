import { setTimeout as sleep } from 'node:timers/promises';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { countGivenUp } from '../../aws/s3/failure-bucket.ts';
import { composeReach } from '../../insight/reach/compose.ts';
import { NotReachedError, waitForTable } from '../../insight/reach/wait-for-table.ts';
import { ServiceError } from '../../schemas/index.ts';
import { Advice } from '../errors.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { refuseWrongClock } from './clock.ts';

/** Time after which a wait is given up by default, in seconds. */
export const WAIT_LIMIT_SECONDS = 900;

/** The outcome of a wait. */
export interface Reached {
  /** The time of the call. `results` has what was accepted before, but for the gaps. */
  until: Date;
  /** Each names records that were accepted before and may be missing, and why. Empty if none may be. */
  gaps: string[];
}

/**
 * Waits until the table `results` of the lake has everything that was accepted before this call, and
 * shows what it waits for. Prints a note for each gap: one of the settings before the wait, because it can
 * be known then, and those of failed batches after it.
 *
 * @throws {Advice} if something is missing when the limit has passed, if the signal is aborted, or if the
 * clock of this machine is wrong.
 */
export async function waitForAccepted(
  stack: StackOutputs,
  { limit_seconds, signal }: { limit_seconds: number; signal: AbortSignal },
): Promise<Reached> {
  await refuseWrongClock(stack);
  const until = new Date();
  const progress = createProgress();
  const side_by_side = findSideBySide(stack);
  for (const gap of side_by_side) printNote(progress, describeGap(gap));
  try {
    await waitForTable(
      {
        ...composeReach(stack),
        signal,
        sleep: (ms) => sleep(ms, undefined, { signal }),
        onProgress: (sentence) => progress.update(`waiting for the lake: ${sentence}`),
        onNote: (sentence) => printNote(progress, sentence),
      },
      { accepted_before: until.getTime(), ends_at: until.getTime() + limit_seconds * 1_000 },
    );
  } catch (error) {
    throw explainWait(error, { asked_at: until, limit_seconds });
  } finally {
    progress.finish();
  }
  const given_up = await findGivenUp(stack);
  for (const gap of given_up) printNote(progress, describeGap(gap));
  return { until, gaps: [...side_by_side, ...given_up] };
}

/**
 * The position of a shard says how far it is processed only if its batches come one by one. Which lane
 * of a shard a record takes is not documented, so no marker can be put on each.
 */
function findSideBySide({ ParallelizationFactor: factor }: StackOutputs): string[] {
  if (factor === 1) return [];
  return [
    `batches that still run beside later ones (consumer.parallelization_factor is ${factor})`,
  ];
}

/** Batches in the failure bucket are processed as far as the consumer can, but are not in the lake. */
async function findGivenUp({ FailureBucketName: bucket_name }: StackOutputs): Promise<string[]> {
  try {
    const count = await countGivenUp({ bucket_name });
    if (count === 0) return [];
    const batches = count === 1 ? 'a batch' : `${count} batches`;
    return [`${batches} in the failure bucket (aurastream redrive list)`];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return [`batches in the failure bucket, which could not be listed (${error.code})`];
  }
}

function describeGap(gap: string): string {
  return `results may lack ${gap}.`;
}

function printNote(progress: Progress, sentence: string): void {
  progress.finish();
  process.stderr.write(`Note: ${sentence}\n`);
}

/** Says until when an answer is complete, and but for what. */
export function describeReached({ until, gaps }: Reached): string {
  const but_for = gaps.length === 0 ? '' : `, but for ${gaps.join(' and ')}`;
  return `as of ${formatTime(until)}, with all that was accepted until then${but_for}`;
}

function explainWait(
  error: unknown,
  { asked_at, limit_seconds }: { asked_at: Date; limit_seconds: number },
): unknown {
  if (error instanceof NotReachedError) {
    return new Advice(
      `After ${limit_seconds} s, results lacks a part of all that was accepted before ${formatTime(asked_at)}: ${error.message}.`,
      'Wait longer with --wait-limit, or query without --wait. If nothing moves, see `aurastream redrive list` and the alarms.',
      { cause: error },
    );
  }
  const is_aborted = error instanceof Error && error.name === 'AbortError';
  return is_aborted ? new Advice('The wait was stopped.', 'Run the command again.') : error;
}

/** Formats a time as Athena does, to the second and in UTC. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
