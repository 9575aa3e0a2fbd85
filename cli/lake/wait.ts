import { setTimeout as sleep } from 'node:timers/promises';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createProcessedPositions } from '../../aws/dynamodb/jobs/processed-positions.ts';
import { createManifest } from '../../aws/dynamodb/keeper/manifest.ts';
import { createStreamEnds } from '../../aws/kinesis/stream-ends.ts';
import { createRawObjects } from '../../aws/s3/raw-objects.ts';
import { NotReachedError, waitForTable } from '../../insight/reach/wait-for-table.ts';
import { Advice } from '../errors.ts';
import { createProgress } from '../output/progress.ts';
import { refuseWrongClock } from './clock.ts';

/** Time after which a wait is given up by default, in seconds. */
export const WAIT_LIMIT_SECONDS = 900;

/**
 * Waits until the table `results` of the lake has everything that was accepted before this call, and
 * shows what it waits for.
 *
 * @returns the time of the call.
 * @throws {Advice} if something is missing when the limit has passed, if the signal is aborted, or if the
 * clock of this machine is wrong.
 */
export async function waitForAccepted(
  stack: StackOutputs,
  { limit_seconds, signal }: { limit_seconds: number; signal: AbortSignal },
): Promise<Date> {
  await refuseWrongClock(stack);
  const asked_at = new Date();
  const progress = createProgress();
  try {
    await waitForTable(
      {
        ...createDeps(stack),
        signal,
        sleep: (ms) => sleep(ms, undefined, { signal }),
        onProgress: (sentence) => progress.update(`waiting for the lake: ${sentence}`),
      },
      {
        accepted_before: asked_at.getTime(),
        ends_at: asked_at.getTime() + limit_seconds * 1_000,
      },
    );
  } catch (error) {
    throw explainWait(error, { asked_at, limit_seconds });
  } finally {
    progress.finish();
  }
  return asked_at;
}

function createDeps(stack: StackOutputs) {
  const raw = createRawObjects({
    bucket_name: stack.LakeBucketName,
    createUnreadableError: (message) => new Error(message),
  });
  return {
    stream_names: [stack.StreamName, stack.BulkStreamName],
    readPositions: createProcessedPositions({ table_name: stack.JobsTableName }).read,
    stream_ends: createStreamEnds(),
    buffer_ms: stack.BufferSeconds * 1_000,
    listRawKeys: raw.keys,
    manifest: createManifest({ table_name: stack.KeeperTableName, kept_seconds: 0, now: Date.now }),
    now: Date.now,
  };
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
