import type { ThroughputSample } from './ports.ts';

/** The event source gathers records for so long before it hands them over: infra/settings.ts, consumer window. */
const WINDOW_MS = 2_000;
/** A consumer that is at work tells more often: an older sample says nothing of the records that wait now. */
const LIVE_MS = 2 * 60_000;
/** How long a measured throughput holds. */
const MEASURED_MS = 15 * 60_000;
/** Documents of one call: BatchDetectSentiment. A smaller batch measures how long a call takes, not how many fit. */
const DOCUMENTS_PER_CALL = 25;

export interface EstimateQuery {
  /** Epoch milliseconds. */
  now: number;
  /** How many records have not ended; of a job that was not counted, how many there will be. */
  records: number;
  /** The last one of each shard. */
  samples: ThroughputSample[];
  /** The quota of the analyzer: what is assumed until something was measured. */
  calls_per_second: number;
}

/**
 * When a job will be over, as ISO 8601 in UTC: what is before it on the stream (the age of the oldest record there),
 * then its own records at the pace at which the shards took their last batches.
 */
export function estimateCompletion(query: EstimateQuery): string {
  const { now, records, samples, calls_per_second } = query;
  const waiting_ms = Math.max(
    0,
    ...younger(samples, now - LIVE_MS).map(({ iterator_age_ms }) => iterator_age_ms),
  );
  const measured = measuredPerSecond(younger(samples, now - MEASURED_MS));
  const per_second = measured > 0 ? measured : calls_per_second * DOCUMENTS_PER_CALL;
  const own_ms = (records / per_second) * 1_000;
  return new Date(Math.ceil(now + Math.max(WINDOW_MS, waiting_ms + own_ms))).toISOString();
}

function younger(samples: ThroughputSample[], than: number): ThroughputSample[] {
  return samples.filter(({ ended_at }) => Date.parse(ended_at) >= than);
}

/** Shards work side by side. */
function measuredPerSecond(samples: ThroughputSample[]): number {
  return samples
    .filter(({ records }) => records >= DOCUMENTS_PER_CALL)
    .reduce(
      (sum, { records, duration_ms }) => sum + (records / Math.max(1, duration_ms)) * 1_000,
      0,
    );
}
