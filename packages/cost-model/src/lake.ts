import { DEPLOYED, HOURS_PER_MONTH, MEASURED, SECONDS_PER_MONTH } from './assumptions.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';
import { ATHENA_LEAST_BYTES, ATHENA_USD_PER_TB } from './prices.ts';

const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
/**
 * Number of months of rows that the table `results` holds. The table keeps its rows, so its cost
 * grows every month. A plan shows the month after a year.
 */
const TABLE_MONTHS = 12;
/** Days whose rows a MERGE compares: live records are of today, and after midnight of yesterday. */
const MERGED_DAYS = 1.5;
/** Bytes of a row that a MERGE compares: its identity and its revision. */
const COMPARED_BYTES = 15;

/** Days for which S3 keeps a raw object: until it expires, and then its deleted version. */
export const RAW_DAYS = DEPLOYED.lake_raw_days + DEPLOYED.deleted_objects_days;

/** Estimates the mean size of a row of the table `results`, in bytes of Parquet. */
function estimateTableRowBytes(load: PlannedLoad): number {
  return MEASURED.table_row_bytes + MEASURED.table_text_share * computeTextBytes(load);
}

/**
 * Estimates the bytes that the lake holds: the raw objects by their lifecycle, and the table with its
 * replaced files of the last days.
 *
 * @param raw_bytes is the size of the raw objects of a month, compressed.
 */
export function estimateLakeBytes(load: PlannedLoad, raw_bytes: number): number {
  const records = load.records_per_second * SECONDS_PER_MONTH;
  const table_bytes = records * estimateTableRowBytes(load);
  const rewritten_days = DEPLOYED.lake_snapshot_days + DEPLOYED.deleted_objects_days;
  return (
    raw_bytes * (RAW_DAYS / DAYS_PER_MONTH) +
    table_bytes * (TABLE_MONTHS + rewritten_days / DAYS_PER_MONTH)
  );
}

/**
 * Prices what Athena scans for the keeper in a month: each MERGE reads the new raw objects and the
 * rows of the last days, and OPTIMIZE reads each day twice.
 *
 * @param raw_bytes is the size of the raw objects of a month, compressed.
 */
export function priceKeeper(load: PlannedLoad, raw_bytes: number): number {
  const records_per_day = load.records_per_second * 86_400;
  const merges = Math.min(records_per_day, 86_400 / DEPLOYED.lake_merge_seconds);
  const compared = MERGED_DAYS * records_per_day * COMPARED_BYTES;
  const merged = raw_bytes / DAYS_PER_MONTH / merges + compared;
  const optimized = 2 * records_per_day * estimateTableRowBytes(load);
  return (
    DAYS_PER_MONTH *
    (merges * priceScan(merged) + Math.min(1, records_per_day) * priceScan(optimized))
  );
}

/** Prices the queries of a month. Each reads all columns of the rows of one day. */
export function priceQueries(load: PlannedLoad): number {
  const day_bytes = load.records_per_second * 86_400 * estimateTableRowBytes(load);
  return load.queries_per_day * DAYS_PER_MONTH * priceScan(day_bytes);
}

function priceScan(bytes: number): number {
  return (Math.max(ATHENA_LEAST_BYTES, bytes) / 2 ** 40) * ATHENA_USD_PER_TB;
}
