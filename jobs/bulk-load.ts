import type { BatchStart, ThroughputSample } from './ports.ts';

/** The reports of the consumers of the bulk stream about their work. */
export interface BulkLoad {
  /**
   * Age of the oldest record that is not done, in milliseconds. The value is 0 if the consumers wait
   * for records.
   */
  lag_ms: number;
  /**
   * Throughput of all shards together, in records per second. Undefined if no recent batch was large
   * enough to measure it.
   */
  records_per_second: number | undefined;
  /** Duration of the longest recent batch, in milliseconds. */
  batch_ms: number;
  /** Time of the newest report, in epoch milliseconds. 0 if there is none. */
  reported_at: number;
  /**
   * Whether the last batches were so large that the throughput is all that the consumers can do.
   * Small batches mean that they waited for records.
   */
  is_saturated: boolean;
}

/**
 * Time after the end of a batch in which the consumer would have begun the next one if a record had
 * been waiting, in milliseconds. The batching window is 2 s, and Lambda reads a shard once a second.
 */
const NEXT_BATCH_MS = 10_000;
/**
 * Age at which the start of a batch is ignored, in milliseconds. No batch takes longer, because Lambda
 * ends each invocation after 15 minutes. Without this limit, a shard that was closed during a failed
 * report would count as late for ever, and the submission of all jobs would wait.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
 */
const LOST_MS = 15 * 60_000;
/** Maximum age, in milliseconds, of a sample that is used to measure the throughput. */
export const MEASURED_MS = 15 * 60_000;
/**
 * Minimum number of records in a batch that is used to measure the throughput. The duration of a
 * smaller batch mostly shows the latency of one call and not the throughput.
 */
const LEAST_MEASURED_RECORDS = 25;
/** Minimum number of records in a batch of a consumer that does not wait for records. */
const LARGE_BATCH_RECORDS = 500;

/**
 * Computes the load of the bulk stream from the reports of its consumers.
 *
 * The reports are two items of the jobs table for each shard: the last batch that has begun, and the
 * last batch that has ended. CloudWatch's IteratorAge would come minutes late, and GetRecords with a
 * second reader would use up the two readers that a shard allows. The consumers write the reports
 * anyway for the estimates of jobs, and both AWS and the embedded cloud have them at once.
 */
export function measureBulkLoad(
  now: number,
  { samples, starts }: { samples: ThroughputSample[]; starts: BatchStart[] },
): BulkLoad {
  const shards = new Set([...samples, ...starts].map(({ shard_id }) => shard_id));
  const lags = [...shards].map((shard_id) =>
    lagOf(
      now,
      samples.find((one) => one.shard_id === shard_id),
      starts.find((one) => one.shard_id === shard_id),
    ),
  );
  const recent = samples.filter(({ ended_at }) => Date.parse(ended_at) >= now - MEASURED_MS);
  const reports = [...samples.map((one) => one.ended_at), ...starts.map((one) => one.started_at)];
  return {
    lag_ms: Math.max(0, ...lags),
    records_per_second: measureThroughput(recent),
    batch_ms: Math.max(0, ...recent.map(({ duration_ms }) => duration_ms)),
    reported_at: Math.max(0, ...reports.map((time) => Date.parse(time))),
    is_saturated:
      recent.length > 0 && recent.every(({ records }) => records >= LARGE_BATCH_RECORDS),
  };
}

function lagOf(
  now: number,
  sample: ThroughputSample | undefined,
  start: BatchStart | undefined,
): number {
  const ended_at = sample === undefined ? 0 : Date.parse(sample.ended_at);
  const started_at = start === undefined ? 0 : Date.parse(start.started_at);
  if (start !== undefined && started_at > ended_at) {
    return now - started_at > LOST_MS ? 0 : now - Date.parse(start.oldest_at);
  }
  if (sample === undefined || now - ended_at > NEXT_BATCH_MS) return 0;
  return sample.iterator_age_ms + (now - ended_at);
}

/**
 * Returns the throughput of all shards together, in records per second. The throughputs of the
 * shards are added, because the shards are processed in parallel. Returns undefined if no sample is
 * large enough.
 */
export function measureThroughput(samples: ThroughputSample[]): number | undefined {
  const measured = samples.filter(({ records }) => records >= LEAST_MEASURED_RECORDS);
  if (measured.length === 0) return undefined;
  return measured.reduce(
    (sum, { records, duration_ms }) => sum + (records / Math.max(1, duration_ms)) * 1_000,
    0,
  );
}
