import { DEPLOYED } from './assumptions.ts';
import type { Consumption } from './consumption.ts';
import type { PlannedLoad } from './load.ts';

/** The recommended quota exceeds the mean by a fifth, because traffic has peaks. */
const HEADROOM = 1.2;

/** How the load fits the account's present quota of BatchDetectSentiment calls. */
export interface QuotaFit {
  calls_per_second: number;
  /** The highest rate without a growing delay; null if every rate is sustainable, because no text needs a call. */
  records_per_second: number | null;
  /** How much the delay of the records grows in an hour; 0 if the quota is sufficient. */
  lag_seconds_per_hour: number;
  /** When records become too old and go to the failure bucket (`aurastream redrive`); null if they never do. */
  hours_until_records_expire: number | null;
}

/** @param full the consumption in full batches: a delayed consumer always finds full batches. */
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

/** @param full the consumption in full batches. */
export function recommendQuota(load: PlannedLoad, full: Consumption): number {
  const calls_per_second = computeCallRate(load, full);
  return Math.ceil((calls_per_second / DEPLOYED.quota_share) * HEADROOM);
}

/**
 * Estimates the calls per second. While calls wait for the quota, records accumulate, so batches and calls become
 * fuller: at most as full as in full batches.
 */
export function estimateCallRate(load: PlannedLoad, usual: Consumption, full: Consumption): number {
  return Math.max(
    computeCallRate(load, full),
    Math.min(computeCallRate(load, usual), computeUsableQuota(load)),
  );
}

/**
 * Estimates how long a batch waits for its slots of the quota. A single batch can use the whole quota; concurrent
 * batches share it. Processor sharing makes a job 1 / (1 - utilisation) times as long: L. Kleinrock, "Queueing
 * Systems", volume 2.
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
