import { settings } from '../../infra/settings.ts';
import { listedResultSchema } from '../../schemas/index.ts';
import { atMost, ITEM_BYTES } from './limits.ts';

/** A DynamoDB item in its wire form. */
export type Item = Record<
  string,
  { S?: string; N?: string; BOOL?: boolean; M?: Item; L?: object[] }
>;

/** The attributes of the index by_source, its keys and the table's key included: infra/constructs/tables.ts. */
const INDEXED = new Set([
  ...Object.keys(listedResultSchema.shape),
  'record_key',
  'source_key',
  'source_sort',
]);

/** A write unit is 1 KB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
export function writeUnits(item: Item): number {
  const bytes = sizeBytes(item);
  atMost(bytes, ITEM_BYTES);
  return Math.ceil(bytes / 1_024);
}

export function indexUnits(item: Item): number {
  return writeUnits(projected(item));
}

function projected(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => INDEXED.has(name)));
}

/** What DynamoDB adds to an item that it keeps, for billing: the page on capacity units below. */
const OVERHEAD_BYTES = 100;
/** A month of 730 hours. */
const MONTH_SECONDS = 730 * 3_600;
/** Of a row that names no time to go by: as long as ours are kept. */
const KEPT_SECONDS = settings.results.ttl_seconds;

/** What keeping an item comes to, its entry in the index included: until it expires. */
export function byteMonths(item: Item, { is_indexed }: { is_indexed: boolean }): number {
  const bytes = sizeBytes(item) + OVERHEAD_BYTES;
  const index_bytes = is_indexed ? sizeBytes(projected(item)) + OVERHEAD_BYTES : 0;
  const expires_at = item.expires_at?.N ?? item.expiration?.N;
  const seconds = expires_at === undefined ? KEPT_SECONDS : Number(expires_at) - Date.now() / 1_000;
  return (bytes + index_bytes) * (Math.max(0, seconds) / MONTH_SECONDS);
}

/** Eventually consistent: half a unit for each 4 KB; what is not there is read all the same. */
export function readUnits(item: Item | undefined): number {
  return item === undefined ? 0.5 : Math.ceil(sizeBytes(item) / 4_096) / 2;
}

/**
 * Names and values in UTF-8; a number takes a byte for two digits and one more; a map or list three, and one for each
 * entry: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function sizeBytes(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes({ S, N, M, L }: Item[string]): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.replace(/[-.]/g, '').length / 2) + 1;
  if (M !== undefined) return 3 + sizeBytes(M) + Object.keys(M).length;
  if (L !== undefined) return 3 + L.reduce((sum, value) => sum + 1 + valueBytes(value), 0);
  return 1;
}
