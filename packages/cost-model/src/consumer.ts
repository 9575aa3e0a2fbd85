import { DEPLOYED } from './assumptions.ts';
import { estimateBatchRecords } from './batch.ts';
import { type Consumption, estimateConsumption } from './consumption.ts';
import type { PlannedLoad } from './load.ts';
import { estimateSlotSeconds, fitQuota } from './quota.ts';

export interface ConsumerPlan {
  batch_records: number;
  /** Duration of a batch, with its wait for slots of the quota, in seconds. */
  batch_seconds: number;
  /** Number of Lambda executions that run at the same time. */
  concurrency: number;
  /**
   * True if the consumer processes the records of a shard faster than new records arrive. The value
   * assumes that the quota is sufficient.
   */
  keeps_up: boolean;
}

/** The consumption of a load in batches as they arrive, and in full batches. */
export interface Workload {
  shards: number;
  /** True if the quota is too small. Records then wait in the stream, and batches are full. */
  is_behind: boolean;
  /** Number of records in a batch that is not delayed. */
  usual_records: number;
  usual: Consumption;
  full_records: number;
  full: Consumption;
}

export function estimateWorkload(load: PlannedLoad, shards: number): Workload {
  const full_records = estimateBatchRecords(load, Number.POSITIVE_INFINITY);
  const usual_records = estimateBatchRecords(load, load.records_per_second / shards);
  const full = estimateConsumption(load, full_records);
  return {
    shards,
    is_behind: fitQuota(load, full).lag_seconds_per_hour > 0,
    usual_records,
    usual: estimateConsumption(load, usual_records),
    full_records,
    full,
  };
}

export function planConsumer(load: PlannedLoad, workload: Workload): ConsumerPlan {
  const { shards, is_behind, usual, usual_records, full_records } = workload;
  const batch_records = is_behind ? full_records : usual_records;
  const batches_per_second = load.records_per_second / usual_records;
  return {
    batch_records,
    batch_seconds: estimateBatchSeconds(load, { batch_records, shards }),
    concurrency: Math.min(shards, Math.ceil(estimateBusyExecutions(load, workload))),
    keeps_up: batches_per_second * usual.batch_seconds <= shards,
  };
}

/** Estimates how long a batch takes, with its wait for slots of the quota, in seconds. */
export function estimateBatchSeconds(
  load: PlannedLoad,
  { batch_records, shards }: { batch_records: number; shards: number },
): number {
  const consumption = estimateConsumption(load, batch_records);
  return (
    consumption.batch_seconds + estimateSlotSeconds(load, consumption, { batch_records, shards })
  );
}

/**
 * Estimates the mean number of Lambda executions that are busy. Lambda runs one execution per
 * shard. If the quota is too low, every execution is always busy.
 */
function estimateBusyExecutions(
  load: PlannedLoad,
  { shards, is_behind, usual_records }: Workload,
): number {
  if (is_behind) return shards;
  const batches_per_second = load.records_per_second / usual_records;
  const batch_seconds = estimateBatchSeconds(load, { batch_records: usual_records, shards });
  return Math.min(shards, batches_per_second * batch_seconds);
}

/** Estimates the Lambda usage of 1,000 records, in GB-seconds. */
export function estimateLambdaGbSeconds(load: PlannedLoad, workload: Workload): number {
  const busy = estimateBusyExecutions(load, workload);
  return (busy / load.records_per_second) * 1_000 * DEPLOYED.memory_gb;
}
