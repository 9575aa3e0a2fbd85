import { MEASURED_MS, measureThroughput } from './bulk-load.ts';
import type { ThroughputSample } from './ports.ts';

/**
 * Batching window of the consumer's event source, in milliseconds. The value must match the
 * consumer's window in infra/settings.ts.
 */
const WINDOW_MS = 2_000;
/**
 * Maximum age, in milliseconds, of a sample that is used to estimate the waiting time. While a
 * consumer has records to process, the time between two of its samples is shorter than this age. An
 * older sample therefore says nothing about the records that wait now.
 */
const LIVE_MS = 2 * 60_000;
export interface EstimateQuery {
  /** The current time in epoch milliseconds. */
  now: number;
  /**
   * Number of records of the job that are not done. If the records are not counted yet, the number
   * is the expected number of records.
   */
  records: number;
  /** The last throughput sample of each shard. */
  samples: ThroughputSample[];
  /**
   * Throughput that the quota of the analyzer allows. This throughput is used if no sample is
   * recent and large enough.
   */
  documents_per_second: number;
}

/**
 * Estimates when a job will be final, as an ISO 8601 time in UTC. The consumer must process the
 * older records on the stream before it reaches the records of the job. The estimate assumes that
 * processing the older records takes as long as the oldest record has waited. The estimate also
 * assumes that the records of the job are processed at the measured throughput. The measured
 * throughput is the sum over all shards, and the last batch of each shard gives the shard's
 * throughput.
 */
export function estimateCompletion(query: EstimateQuery): string {
  const { now, records, samples, documents_per_second } = query;
  const waiting_ms = Math.max(
    0,
    ...takeSince(samples, now - LIVE_MS).map(({ iterator_age_ms }) => iterator_age_ms),
  );
  const measured = measureThroughput(takeSince(samples, now - MEASURED_MS));
  const per_second = measured ?? documents_per_second;
  const own_ms = (records / per_second) * 1_000;
  return new Date(Math.ceil(now + Math.max(WINDOW_MS, waiting_ms + own_ms))).toISOString();
}

function takeSince(samples: ThroughputSample[], since: number): ThroughputSample[] {
  return samples.filter(({ ended_at }) => Date.parse(ended_at) >= since);
}
