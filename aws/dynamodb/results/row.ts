import { hash } from 'node:crypto';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { type Result, type RowOrder, recordKey, resultSchema } from '../../../schemas/index.ts';
import { type Item, itemOf } from '../attribute.ts';

/**
 * Number of partitions of an index for the rows of one tenant, and for the rows of one source. A
 * single partition is not enough, because a partition accepts 1,000 writes per second (DynamoDB,
 * partition throughput) and a busy source has more writes per second. The partitions of a source
 * are some of those of its tenant, so that a listing of a source reads fewer rows of other sources.
 */
const TENANT_SHARDS = 32;
export const SOURCE_SHARDS = 8;

/**
 * Returns the partition keys that the rows of a tenant, or of one of its sources, have in both
 * indexes.
 */
export function listingKeys(tenant: string, source?: string): string[] {
  const [first, shards] =
    source === undefined ? [0, TENANT_SHARDS] : [hashOf(source), SOURCE_SHARDS];
  return Array.from({ length: shards }, (_, i) => listingKey(tenant, first + i));
}

function listingKey(tenant: string, number: number): string {
  return `${tenant}#${number % TENANT_SHARDS}`;
}

/** Returns the sort key of a result in the index of its creation or of its arrival. */
export function listingSort(
  result: Pick<Result, 'source' | 'record_id' | 'created_at' | 'arrived_at'>,
  order: 'created_at' | 'arrived_at',
): string {
  return `${result[order]}#${result.source}#${result.record_id}`;
}

/**
 * Maximum size of a text in a row, in bytes. An item can have 400 KB (409,600 bytes), including
 * names and keys. The item must also hold the other fields of the record. The limits of a record
 * allow about 101,000 bytes of attributes and 8,000 bytes of all other fields besides the text.
 */
const MAX_TEXT_BYTES = 280_000;

/** The attributes of a row that only the results table itself reads. */
const rowSchema = resultSchema.extend({
  place: z.string(),
  content_hash: z.string(),
  /** True if the producer gave a version with the content of the row. */
  is_version_given: z.boolean(),
  /** Time at which DynamoDB may delete the row, in epoch seconds. */
  expires_at: z.int(),
});

/** A row of the results table as it was read. */
export interface Row {
  item: Item;
  result: Result;
  order: RowOrder;
  /** Time at which DynamoDB may delete the row, in epoch seconds. */
  expires_at: number;
}

/**
 * Converts a result to an item. The item has the fields of the result, its order, the keys of the
 * table and of its indexes, and the expiry time. If the text does not fit, the item has no text, but
 * still has the hash and the size of the text. A withdrawal of a record that never came is in no
 * index.
 *
 * @param expires_at expiry time, in epoch seconds.
 */
export function rowOf(result: Result, order: RowOrder, expires_at: number): Item {
  const row = itemOf({
    ...result,
    record_key: recordKey(result),
    ...(result.first_created_at !== undefined && keysOfListings(result)),
    place: order.place,
    content_hash: order.content_hash,
    is_version_given: order.is_version_given,
    expires_at,
  });
  if (result.text_bytes > MAX_TEXT_BYTES) delete row.text;
  return row;
}

/**
 * Returns true if the time of an item is over.
 *
 * @param now the current time, in epoch milliseconds.
 */
export function isExpired({ expires_at }: Item, now: number): boolean {
  return Number(expires_at?.N) * 1_000 <= now;
}

/**
 * Converts an item to a result.
 *
 * @throws {z.ZodError} if the item is not a result.
 */
export function resultOf(row: Item): Result {
  return resultSchema.parse(unmarshall(row));
}

/**
 * Reads an item with its order.
 *
 * @throws {z.ZodError} if the item is not a row.
 */
export function readRow(item: Item): Row {
  const { place, content_hash, is_version_given, expires_at, ...result } = rowSchema.parse(
    unmarshall(item),
  );
  const { record_version, stamp, analysis_run } = result;
  const order = { record_version, stamp, place, analysis_run, content_hash, is_version_given };
  return { item, result, order, expires_at };
}

/** Returns the keys of a row in the indexes. */
function keysOfListings(result: Result): Record<string, string> {
  const { tenant, source, record_id } = result;
  return {
    listing_key: listingKey(tenant, hashOf(source) + (hashOf(record_id) % SOURCE_SHARDS)),
    created_sort: listingSort(result, 'created_at'),
    arrival_sort: listingSort(result, 'arrived_at'),
  };
}

/** Returns the first byte of the hash of a name. */
function hashOf(name: string): number {
  return Number.parseInt(hash('sha256', name, 'hex').slice(0, 2), 16);
}
