import type { KinesisStreamRecord } from 'aws-lambda';
import type { JobStore } from '../../jobs/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { BatchContext } from './batch.ts';
import { batchTimes, shardOf } from './measures.ts';
import type { BatchReport } from './tally.ts';

/**
 * Minimum time between two reports of a shard, in milliseconds. The minimum saves writes, because
 * small batches follow each other quickly and their reports are similar.
 */
const LEAST_MS = 1_000;
/**
 * A shard is behind if its iterator age is at least this value, in milliseconds. As soon as a shard
 * is no longer behind, a sample is stored even if LEAST_MS has not passed.
 */
const BEHIND_MS = 2_000;

/** The start of a batch: its time in epoch milliseconds, and whether it was reported. */
interface StartedBatch {
  started_at: number;
  is_reported: boolean;
}

export type RecordThroughput = (
  records: KinesisStreamRecord[],
  report: Pick<BatchReport, 'results' | 'set_asides'>,
  started: StartedBatch,
  context: Pick<BatchContext, 'delivery'>,
) => Promise<void>;

/**
 * Creates a function that stores when a batch has begun, and how old its first record is. The
 * submission of jobs paces itself by these reports. A write that fails is left out, because the next
 * batch is reported again.
 *
 * The created function returns whether the start was reported. If it was, the end must be reported
 * too: until then, the batch counts as one in progress, and the shard as one that falls behind.
 */
export function createReportStart({
  store,
  now,
}: {
  store: Pick<JobStore, 'putBatchStart'>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}): (records: KinesisStreamRecord[], context: Pick<BatchContext, 'delivery'>) => Promise<boolean> {
  /** Time of the last report of each shard, by shard id. */
  const last = new Map<string, number>();
  return async (records, { delivery }) => {
    const shard_id = shardOf(records);
    const first = records[0];
    if (shard_id === undefined || first === undefined) return false;
    const started_at = now();
    if (started_at - (last.get(shard_id) ?? 0) < LEAST_MS) return false;
    last.set(shard_id, started_at);
    const arrived_at = Math.round(first.kinesis.approximateArrivalTimestamp * 1_000);
    const start = {
      shard_id,
      started_at: new Date(started_at).toISOString(),
      oldest_at: new Date(arrived_at).toISOString(),
    };
    await ignoreServiceError(() =>
      callBefore(delivery, 'dynamodb', () => store.putBatchStart(start)),
    );
    // A write that failed may have taken effect.
    return true;
  };
}

/**
 * Creates a function that stores a sample of how long a batch took. The estimates for jobs use
 * these samples. If a write fails, the sample is lost, which only makes the estimates less
 * accurate.
 */
export function createRecordThroughput({
  store,
  now,
}: {
  store: Pick<JobStore, 'putThroughputSample'>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}): RecordThroughput {
  /** The last sample of each shard, by shard id. */
  const last = new Map<string, { put_at: number; iterator_age_ms: number }>();
  return async (records, { results, set_asides }, { started_at, is_reported }, { delivery }) => {
    const shard_id = shardOf(records);
    if (shard_id === undefined) return;
    const { duration_ms, iterator_age_ms } = batchTimes(records, started_at, now());
    const before = last.get(shard_id);
    const is_due = before === undefined || now() - before.put_at >= LEAST_MS;
    const was_behind = before !== undefined && before.iterator_age_ms >= BEHIND_MS;
    const has_caught_up = was_behind && iterator_age_ms < BEHIND_MS;
    if (!is_due && !is_reported && !has_caught_up) return;
    last.set(shard_id, { put_at: now(), iterator_age_ms });
    const sample = {
      shard_id,
      ended_at: new Date(now()).toISOString(),
      records: results + set_asides,
      duration_ms,
      iterator_age_ms,
    };
    await ignoreServiceError(() =>
      callBefore(delivery, 'dynamodb', () => store.putThroughputSample(sample)),
    );
  };
}

async function ignoreServiceError(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
  }
}
