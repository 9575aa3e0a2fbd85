import { MEASURED, SECONDS_PER_MONTH } from './assumptions.ts';
import type { Usage } from './cost.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';
import {
  GB,
  KINESIS_ADVANTAGE_LEAST_BYTES_PER_SECOND,
  KINESIS_ADVANTAGE_USD_PER_GB_IN,
  KINESIS_ADVANTAGE_USD_PER_GB_OUT,
} from './prices.ts';

/**
 * Capacity of a shard, in records per second and in bytes per second.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const SHARD_RECORDS_PER_SECOND = 1_000;
const SHARD_BYTES_PER_SECOND = 1_000_000;
/**
 * An on-demand stream has at least four shards. The capacity of the stream is twice the peak
 * traffic.
 */
export const LEAST_SHARDS = 4;
export const SHARD_ROOM = 2;

export interface StreamPlan {
  mode: 'on demand';
  shards: number;
  megabytes_per_second: number;
  /** Cost of the stream in the mode On-demand Advantage, in USD per month. */
  advantage_usd_per_month: number;
}

/** @param usage the usage of 1,000 records. */
export function planStream(load: PlannedLoad, usage: Usage): StreamPlan {
  return {
    mode: 'on demand',
    shards: estimateShards(load),
    megabytes_per_second: estimateStreamBytes(load) / 1_000_000,
    advantage_usd_per_month: priceAdvantage(load, usage),
  };
}

export function estimateShards(load: PlannedLoad): number {
  const shards_needed = Math.max(
    load.records_per_second / SHARD_RECORDS_PER_SECOND,
    estimateStreamBytes(load) / SHARD_BYTES_PER_SECOND,
  );
  return Math.max(LEAST_SHARDS, Math.ceil(shards_needed * SHARD_ROOM));
}

function estimateStreamBytes(load: PlannedLoad): number {
  return load.records_per_second * (computeTextBytes(load) + MEASURED.stream_bytes);
}

function priceAdvantage({ records_per_second }: PlannedLoad, usage: Usage): number {
  const price = (bytes_per_1000: number, usd_per_gb: number) => {
    const bytes_per_second = Math.max(
      KINESIS_ADVANTAGE_LEAST_BYTES_PER_SECOND,
      (bytes_per_1000 / 1_000) * records_per_second,
    );
    return ((bytes_per_second * SECONDS_PER_MONTH) / GB) * usd_per_gb;
  };
  return (
    price(usage.kinesis_in_bytes, KINESIS_ADVANTAGE_USD_PER_GB_IN) +
    price(usage.kinesis_out_bytes, KINESIS_ADVANTAGE_USD_PER_GB_OUT)
  );
}
