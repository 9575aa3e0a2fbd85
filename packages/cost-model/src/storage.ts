import { DEPLOYED, MEASURED, SECONDS_PER_MONTH } from './assumptions.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';

/**
 * Maximum size of a text in a result row, in bytes. Only the lake stores a larger text. See
 * aws/dynamodb/results/table.ts of the product.
 */
const LARGEST_ROW_TEXT_BYTES = 350_000;
/**
 * Number of extra bytes that DynamoDB bills for each stored item.
 * Source:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
const ITEM_OVERHEAD_BYTES = 100;
/** Number of indexes of the results table. */
const INDEXES = 2;
const RESULTS_MONTHS = DEPLOYED.results_ttl_seconds / SECONDS_PER_MONTH;

/**
 * Estimates the write units of 1,000 records in the results table. Each record writes a row and
 * an entry of each index. An index entry takes one unit.
 */
export function estimateResultWriteUnits(load: PlannedLoad): number {
  return 1_000 * (estimateRowUnits(load) + INDEXES);
}

/**
 * Estimates the write units of one row. For several languages, the estimate assumes a mix of texts
 * with one byte per character and texts with three bytes per character.
 */
export function estimateRowUnits({
  characters,
  bytes_per_character,
  languages,
}: PlannedLoad): number {
  const unitsAt = (bytes: number) => {
    const text_bytes = characters * bytes > LARGEST_ROW_TEXT_BYTES ? 0 : characters * bytes;
    return Math.ceil((text_bytes + MEASURED.row_bytes) / 1_024);
  };
  if (languages === 1) return unitsAt(bytes_per_character);
  const wide_share = Math.min(1, (bytes_per_character - 1) / 2);
  return wide_share * unitsAt(3) + (1 - wide_share) * unitsAt(1);
}

/**
 * Estimates the storage that the rows and index entries of 1,000 records use until their expiry.
 * The unit is bytes multiplied by months.
 */
export function estimateRowByteMonths(load: PlannedLoad): number {
  const index_bytes = MEASURED.index_bytes + ITEM_OVERHEAD_BYTES;
  return estimateBackupByteMonths(load) + 1_000 * INDEXES * index_bytes * RESULTS_MONTHS;
}

/**
 * Estimates what point-in-time recovery bills for the rows of 1,000 records. AWS bills the size of
 * the table without its indexes. The unit is bytes multiplied by months.
 */
export function estimateBackupByteMonths(load: PlannedLoad): number {
  const text_bytes = computeTextBytes(load);
  const row_text_bytes = text_bytes > LARGEST_ROW_TEXT_BYTES ? 0 : text_bytes;
  const bytes = row_text_bytes + MEASURED.row_bytes + ITEM_OVERHEAD_BYTES;
  return 1_000 * bytes * RESULTS_MONTHS;
}

/**
 * Estimates the storage that the cached verdicts of 1,000 records use until their expiry. The unit
 * is bytes multiplied by months.
 */
export function estimateVerdictByteMonths({ repeat_share }: PlannedLoad): number {
  const verdicts = 1_000 * (1 - repeat_share);
  return verdicts * MEASURED.verdict_bytes * (DEPLOYED.cache_ttl_seconds / SECONDS_PER_MONTH);
}
