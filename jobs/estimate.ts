import type { ThroughputSample } from './ports.ts';

/** The batching window of the event source: infra/settings.ts, consumer window. */
const WINDOW_MS = 2_000;
/** Busy consumers report more often than this, so an older sample says nothing about the records that wait now. */
const LIVE_MS = 2 * 60_000;
/** Throughput samples that are older than this are ignored. */
const MEASURED_MS = 15 * 60_000;
/** A batch of fewer records measures the latency of a call, not the throughput. */
const LEAST_MEASURED_RECORDS = 25;

export interface EstimateQuery {
  /** Epoch milliseconds. */
  now: number;
  /** The records of the job that are not done; before they are counted, their expected number. */
  records: number;
  /** The last sample of each shard. */
  samples: ThroughputSample[];
  /** The quota of the analyzer, assumed while there is no measurement. */
  documents_per_second: number;
}

/**
 * Estimates when a job will be final, as ISO 8601 in UTC. The consumer first processes the older records on the stream:
 * this is assumed to take as long as the oldest of them has waited. Then it processes the job's records, at the
 * throughput of the last batch of each shard.
 */
export function estimateCompletion(query: EstimateQuery): string {
  const { now, records, samples, documents_per_second } = query;
  const waiting_ms = Math.max(
    0,
    ...takeSince(samples, now - LIVE_MS).map(({ iterator_age_ms }) => iterator_age_ms),
  );
  const measured = measuredPerSecond(takeSince(samples, now - MEASURED_MS));
  const per_second = measured > 0 ? measured : documents_per_second;
  const own_ms = (records / per_second) * 1_000;
  return new Date(Math.ceil(now + Math.max(WINDOW_MS, waiting_ms + own_ms))).toISOString();
}

function takeSince(samples: ThroughputSample[], since: number): ThroughputSample[] {
  return samples.filter(({ ended_at }) => Date.parse(ended_at) >= since);
}

/** The sum over all shards, since they work in parallel. */
function measuredPerSecond(samples: ThroughputSample[]): number {
  return samples
    .filter(({ records }) => records >= LEAST_MEASURED_RECORDS)
    .reduce(
      (sum, { records, duration_ms }) => sum + (records / Math.max(1, duration_ms)) * 1_000,
      0,
    );
}
