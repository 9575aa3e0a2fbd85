import { DEPLOYED, MEASURED, SECONDS_PER_MONTH } from './assumptions.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';

/** A larger text is stored in the lake only (aws/dynamodb/results/table.ts of the product). */
const LARGEST_ROW_TEXT_BYTES = 350_000;
/** DynamoDB bills these extra bytes for each stored item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const ITEM_OVERHEAD_BYTES = 100;

/** The write units of 1,000 records in the results table. Each record writes a row, and an index entry of one unit. */
export function estimateResultWriteUnits(load: PlannedLoad): number {
  return 1_000 * (estimateRowUnits(load) + 1);
}

/** For several languages, assumes a mix of texts with one byte per character and texts with three. */
function estimateRowUnits({ characters, bytes_per_character, languages }: PlannedLoad): number {
  const unitsAt = (bytes: number) => {
    const text_bytes = characters * bytes > LARGEST_ROW_TEXT_BYTES ? 0 : characters * bytes;
    return Math.ceil((text_bytes + MEASURED.row_bytes) / 1_024);
  };
  if (languages === 1) return unitsAt(bytes_per_character);
  const wide_share = Math.min(1, (bytes_per_character - 1) / 2);
  return wide_share * unitsAt(3) + (1 - wide_share) * unitsAt(1);
}

/** The storage of the rows and index entries of 1,000 records, until they expire. */
export function estimateRowByteMonths(load: PlannedLoad): number {
  const text_bytes = computeTextBytes(load);
  const row_text_bytes = text_bytes > LARGEST_ROW_TEXT_BYTES ? 0 : text_bytes;
  const bytes =
    row_text_bytes + MEASURED.row_bytes + MEASURED.index_bytes + 2 * ITEM_OVERHEAD_BYTES;
  return 1_000 * bytes * (DEPLOYED.results_ttl_seconds / SECONDS_PER_MONTH);
}

/** The storage of the cached verdicts of 1,000 records, until they expire. */
export function estimateVerdictByteMonths({ repeat_share }: PlannedLoad): number {
  const verdicts = 1_000 * (1 - repeat_share);
  return verdicts * MEASURED.verdict_bytes * (DEPLOYED.cache_ttl_seconds / SECONDS_PER_MONTH);
}
