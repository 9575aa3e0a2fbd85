import { hash } from 'node:crypto';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Result, recordKey, resultSchema } from '../../../schemas/index.ts';
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

/**
 * Converts a result to an item. The item has the fields of the result, the keys of the table and of
 * its indexes, and the expiry time. If the text does not fit, the item has no text, but still has the
 * hash and the size of the text.
 *
 * @param expires_at expiry time, in epoch seconds.
 */
export function rowOf(result: Result, expires_at: number): Item {
  const { tenant, source, record_id } = result;
  const row = itemOf({
    ...result,
    record_key: recordKey(result),
    listing_key: listingKey(tenant, hashOf(source) + (hashOf(record_id) % SOURCE_SHARDS)),
    created_sort: listingSort(result, 'created_at'),
    arrival_sort: listingSort(result, 'arrived_at'),
    expires_at,
  });
  if (result.text_bytes > MAX_TEXT_BYTES) delete row.text;
  return row;
}

/**
 * Converts an item to a result.
 *
 * @throws {z.ZodError} if the item is not a result.
 */
export function resultOf(row: Item): Result {
  return resultSchema.parse(unmarshall(row));
}

/** Returns the first byte of the hash of a name. */
function hashOf(name: string): number {
  return Number.parseInt(hash('sha256', name, 'hex').slice(0, 2), 16);
}
