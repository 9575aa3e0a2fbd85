import { settings } from '../../infra/settings.ts';
import { INDEXED_ATTRIBUTES } from '../../schemas/index.ts';
import { assertAtMost, ITEM_BYTES } from './limits.ts';

/** A DynamoDB item in the JSON form of requests and responses. */
export type Item = Record<
  string,
  { S?: string; N?: string; BOOL?: boolean; M?: Item; L?: object[] }
>;

/**
 * Attributes in each index of the results table, including the keys of the index and the key of the
 * table. Source: infra/constructs/tables.ts.
 */
const INDEXES = ['created_sort', 'arrival_sort'].map(
  (sort) => new Set([...INDEXED_ATTRIBUTES, 'record_key', 'listing_key', sort]),
);

/**
 * Computes the write units of an item. A write unit is 1 KB. Source:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function computeWriteUnits(item: Item): number {
  const bytes = measureItem(item);
  assertAtMost(bytes, ITEM_BYTES);
  return Math.ceil(bytes / 1_024);
}

/** Computes the write units of an item's entries in the indexes. */
export function computeIndexUnits(item: Item): number {
  return projectToIndexes(item).reduce((sum, entry) => sum + computeWriteUnits(entry), 0);
}

function projectToIndexes(item: Item): Item[] {
  return INDEXES.map((names) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name))),
  );
}

/**
 * For storage, DynamoDB bills this number of bytes in addition to the size of each item. See the
 * link at `measureItem`.
 */
const OVERHEAD_BYTES = 100;
/** Number of seconds in a month of 730 hours. */
const MONTH_SECONDS = 730 * 3_600;
/**
 * Assumed retention of a row without an expiry time, in seconds. The value equals the retention of
 * the product's results.
 */
const DEFAULT_TTL_SECONDS = settings.results.ttl_seconds;

/**
 * Computes the byte-months that an item and its index entries occupy until the item expires. A
 * byte-month is one byte that is stored for one month.
 */
export function computeByteMonths(item: Item, { is_indexed }: { is_indexed: boolean }): number {
  const bytes = measureItem(item) + OVERHEAD_BYTES;
  const entries = is_indexed ? projectToIndexes(item) : [];
  const index_bytes = entries.reduce((sum, entry) => sum + measureItem(entry) + OVERHEAD_BYTES, 0);
  const expires_at = item.expires_at?.N ?? item.expiration?.N;
  const seconds =
    expires_at === undefined ? DEFAULT_TTL_SECONDS : Number(expires_at) - Date.now() / 1_000;
  return (bytes + index_bytes) * (Math.max(0, seconds) / MONTH_SECONDS);
}

/**
 * Computes the read units of an eventually consistent read. The read takes half a unit per 4 KB of
 * the item, or half a unit if the item does not exist.
 */
export function computeReadUnits(item: Item | undefined): number {
  return item === undefined ? 0.5 : Math.ceil(measureItem(item) / 4_096) / 2;
}

/**
 * Adds up the UTF-8 bytes of the item's names and values. A number takes one byte per two digits
 * and one more byte. A map or a list takes three bytes and one more byte per entry. Source:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function measureItem(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + measureValue(value),
    0,
  );
}

function measureValue({ S, N, M, L }: Item[string]): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.replace(/[-.]/g, '').length / 2) + 1;
  if (M !== undefined) return 3 + measureItem(M) + Object.keys(M).length;
  if (L !== undefined) return 3 + L.reduce((sum, value) => sum + 1 + measureValue(value), 0);
  return 1;
}
