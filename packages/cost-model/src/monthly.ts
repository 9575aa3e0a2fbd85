import { DEPLOYED, HOURS_PER_MONTH, MEASURED, SECONDS_PER_MONTH } from './assumptions.ts';
import { COST_STAGES, computeCost, multiplyUsage, type Usage } from './cost.ts';
import { estimateLakeBytes, priceKeeper, priceQueries } from './lake.ts';
import type { PlannedLoad } from './load.ts';
import {
  ALARM_METRIC_USD_PER_MONTH,
  COMPOSITE_ALARM_USD_PER_MONTH,
  DASHBOARD_USD_PER_MONTH,
  DYNAMODB_BACKUP_USD_PER_GB_MONTH,
  EGRESS_TIERS,
  GB,
  KINESIS_USD_PER_STREAM_HOUR,
  LOGS_USD_PER_GB,
  METRIC_USD_PER_MONTH,
  SECRET_USD_PER_MONTH,
  XRAY_USD_PER_TRACE,
} from './prices.ts';
import { estimateRedelivery } from './redelivery.ts';
import { estimateBackupByteMonths } from './storage.ts';
import { priceByTiers } from './tiers.ts';
import { estimateTraceRate } from './traces.ts';

/** Parts of a month's bill, in the order in which a plan shows them. */
export const MONTHLY_STAGES = [
  ...COST_STAGES,
  'backups',
  'redelivery',
  'monitoring',
  'queries',
  'egress',
] as const;
type MonthlyStage = (typeof MONTHLY_STAGES)[number];
/** Cost of each part of a month's bill and total cost, in USD. */
export type MonthlyCost = Record<MonthlyStage | 'total', number>;

/**
 * Computes the cost of a month in USD, with the price tiers, the hourly price of the stream, and
 * what runs beside the records: backups, monitoring, queries and data that leaves AWS.
 */
export function computeMonthlyCost(load: PlannedLoad, usage_of_1000: Usage): MonthlyCost {
  const thousands = (load.records_per_second * SECONDS_PER_MONTH) / 1_000;
  const usage = multiplyUsage(usage_of_1000, thousands);
  const redelivered = multiplyUsage(estimateRedelivery(load, usage_of_1000), thousands);
  const cost = computeCost(storeForMonths(load, usage));
  return addUp({
    ...cost,
    lake: cost.lake + priceKeeper(load, compress(usage).s3_bytes),
    stream: cost.stream + KINESIS_USD_PER_STREAM_HOUR * HOURS_PER_MONTH,
    backups: ((estimateBackupByteMonths(load) * thousands) / GB) * DYNAMODB_BACKUP_USD_PER_GB_MONTH,
    redelivery: computeCost(compress(redelivered)).total,
    monitoring: priceMonitoring(usage.lambda_requests / SECONDS_PER_MONTH),
    queries: priceQueries(load),
    egress: priceByTiers(EGRESS_TIERS, (load.downloaded_share * usage.s3_bytes) / GB),
  });
}

function addUp(stages: Record<MonthlyStage, number>): MonthlyCost {
  return { ...stages, total: MONTHLY_STAGES.reduce((sum, stage) => sum + stages[stage], 0) };
}

/** Replaces the month's lines by the bytes that the lake holds, raw objects and table. */
function storeForMonths(load: PlannedLoad, usage: Usage): Usage {
  const stored = compress(usage);
  return {
    ...stored,
    s3_bytes: estimateLakeBytes(load, stored.s3_bytes),
    s3_puts: estimateLakeObjects(load.records_per_second, usage.s3_bytes),
  };
}

function compress(usage: Usage): Usage {
  return { ...usage, s3_bytes: usage.s3_bytes * MEASURED.gzip_share };
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

/** Prices logs, metrics, alarms, the dashboard, traces and secrets. */
function priceMonitoring(batches_per_second: number): number {
  const log_bytes = batches_per_second * SECONDS_PER_MONTH * MEASURED.log_bytes_per_batch;
  const traces = estimateTraceRate(batches_per_second) * SECONDS_PER_MONTH;
  return (
    (log_bytes / GB) * LOGS_USD_PER_GB +
    DEPLOYED.metrics * METRIC_USD_PER_MONTH +
    DEPLOYED.alarm_metrics * ALARM_METRIC_USD_PER_MONTH +
    DEPLOYED.composite_alarms * COMPOSITE_ALARM_USD_PER_MONTH +
    DEPLOYED.dashboards * DASHBOARD_USD_PER_MONTH +
    DEPLOYED.secrets * SECRET_USD_PER_MONTH +
    traces * XRAY_USD_PER_TRACE
  );
}

/** Computes the mean cost of a million records from the cost of a month. */
export function computeCostPerMillion(
  usd_per_month: MonthlyCost,
  records_per_second: number,
): MonthlyCost {
  const millions = (records_per_second * SECONDS_PER_MONTH) / 1_000_000;
  return Object.fromEntries(
    Object.entries(usd_per_month).map(([stage, usd]) => [stage, usd / millions]),
  ) as MonthlyCost;
}
