import { DEPLOYED } from './assumptions.ts';
import type { Consumption } from './consumption.ts';
import type { PlannedLoad } from './load.ts';

/**
 * Factor by which the recommended quota exceeds the quota for the mean traffic. The factor is above
 * 1 because traffic has peaks.
 */
const HEADROOM = 1.2;

/** Describes whether the account's current quota of BatchDetectSentiment calls is sufficient. */
export interface QuotaFit {
  calls_per_second: number;
  /**
   * Highest number of records per second that the quota allows without a growing delay. The value
   * is null if no text needs a call, because then the quota does not limit the rate.
   */
  records_per_second: number | null;
  /**
   * How much the delay of the records grows per hour, in seconds. The growth is 0 if the quota is
   * sufficient.
   */
  lag_seconds_per_hour: number;
  /**
   * Number of hours until records are too old for the consumer and go to the failure bucket. The
   * command `aurastream redrive` publishes the records again. The value is null if records never
   * become too old.
   */
  hours_until_records_expire: number | null;
}

/**
 * Compares the account's current quota with the quota that a load needs.
 * @param full the consumption in full batches. A delayed consumer always receives full batches.
 */
export function fitQuota(load: PlannedLoad, full: Consumption): QuotaFit {
  const records_per_second =
    full.comprehend_calls === 0 ? null : (computeUsableQuota(load) / full.comprehend_calls) * 1_000;
  const excess_share = Math.max(
    0,
    1 - (records_per_second ?? Number.POSITIVE_INFINITY) / load.records_per_second,
  );
  const max_age_hours = DEPLOYED.max_record_age_seconds / 3_600;
  return {
    calls_per_second: load.quota_calls_per_second,
    records_per_second,
    lag_seconds_per_hour: excess_share * 3_600,
    hours_until_records_expire: excess_share === 0 ? null : max_age_hours / excess_share,
  };
}

/**
 * Recommends a quota for a load, in BatchDetectSentiment calls per second.
 * @param full the consumption in full batches.
 */
export function recommendQuota(load: PlannedLoad, full: Consumption): number {
  const calls_per_second = computeCallRate(load, full);
  return Math.ceil((calls_per_second / DEPLOYED.quota_share) * HEADROOM);
}

/**
 * Estimates the number of calls per second. While calls wait for the quota, records accumulate in
 * the stream. Batches and calls then become fuller, until the batches have their maximum size.
 */
export function estimateCallRate(load: PlannedLoad, usual: Consumption, full: Consumption): number {
  return Math.max(
    computeCallRate(load, full),
    Math.min(computeCallRate(load, usual), computeUsableQuota(load)),
  );
}

/**
 * Estimates how long a batch waits for permission to call Comprehend, in seconds. A single batch
 * can use the whole quota, and concurrent batches share the quota. With processor sharing, a job
 * takes 1 / (1 - utilisation) times as long as a job that runs alone.
 * Source: L. Kleinrock, "Queueing Systems", volume 2.
 */
export function estimateSlotSeconds(
  load: PlannedLoad,
  usual: Consumption,
  { batch_records, shards }: { batch_records: number; shards: number },
): number {
  const usable = computeUsableQuota(load);
  const calls_per_batch = (usual.comprehend_calls / 1_000) * batch_records;
  const utilisation = computeCallRate(load, usual) / usable;
  const sharers = utilisation < 1 ? Math.min(shards, 1 / (1 - utilisation)) : shards;
  // The first call of a batch does not wait.
  return (Math.max(0, calls_per_batch - 1) / usable) * sharers;
}

function computeCallRate(load: PlannedLoad, { comprehend_calls }: Consumption): number {
  return (comprehend_calls / 1_000) * load.records_per_second;
}

function computeUsableQuota({ quota_calls_per_second }: PlannedLoad): number {
  return quota_calls_per_second * DEPLOYED.quota_share;
}
