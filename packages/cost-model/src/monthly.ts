import { DEPLOYED, HOURS_PER_MONTH, SECONDS_PER_MONTH } from './assumptions.ts';
import { type Cost, computeCost, multiplyUsage, type Usage } from './cost.ts';
import { KINESIS_USD_PER_STREAM_HOUR } from './prices.ts';

/**
 * Computes the cost of a month in USD, with Comprehend's price tiers and the hourly price of the
 * stream.
 */
export function computeMonthlyCost(records_per_second: number, usage_of_1000: Usage): Cost {
  const usage = multiplyUsage(usage_of_1000, (records_per_second * SECONDS_PER_MONTH) / 1_000);
  const s3_puts = estimateLakeObjects(records_per_second, usage.s3_bytes);
  const cost = computeCost({ ...usage, s3_puts });
  const stream_hours_usd = KINESIS_USD_PER_STREAM_HOUR * HOURS_PER_MONTH;
  return {
    ...cost,
    stream: cost.stream + stream_hours_usd,
    total: cost.total + stream_hours_usd,
  };
}

/**
 * Estimates the number of objects that Firehose writes to the lake in a month. Firehose writes an
 * object when its buffer reaches the maximum size or the maximum age. Firehose writes no object for
 * an empty buffer.
 */
function estimateLakeObjects(records_per_second: number, s3_bytes: number): number {
  const full_buffers = s3_bytes / (DEPLOYED.lake_buffer_mb * 1_048_576);
  const old_buffers = SECONDS_PER_MONTH / DEPLOYED.lake_buffer_seconds;
  return Math.min(records_per_second * SECONDS_PER_MONTH, Math.max(full_buffers, old_buffers));
}

/** Computes the mean cost of a million records from the cost of a month. */
export function computeCostPerMillion(usd_per_month: Cost, records_per_second: number): Cost {
  const millions = (records_per_second * SECONDS_PER_MONTH) / 1_000_000;
  return Object.fromEntries(
    Object.entries(usd_per_month).map(([stage, usd]) => [stage, usd / millions]),
  ) as Cost;
}
