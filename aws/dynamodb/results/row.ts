import { hash } from 'node:crypto';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Result, recordKey, resultSchema } from '../../../schemas/index.ts';
import { type Item, itemOf } from '../attribute.ts';

/**
 * Number of index partitions for the rows of one source. A single partition is not enough, because
 * a partition accepts 1,000 writes per second (DynamoDB, partition throughput) and a busy source
 * has more writes per second.
 */
export const SOURCE_SHARDS = 8;

/**
 * Returns the partition key of a row in the index `by_source`.
 *
 * @param shard number from 0 to {@link SOURCE_SHARDS} - 1.
 */
export function sourceKey(tenant: string, source: string, shard: number): string {
  return `${tenant}#${source}#${shard}`;
}

/**
 * Maximum size of a text in a row, in bytes. An item can have 400 KB (409,600 bytes), including
 * names and keys. The item must also hold the other fields of the record. The limits of a record
 * allow about 101,000 bytes of attributes and 8,000 bytes of all other fields besides the text.
 */
const MAX_TEXT_BYTES = 280_000;

/**
 * Converts a result to an item. The item has the fields of the result, the keys of the table and of
 * the index, and the expiry time. If the text does not fit, the item has no text, but still has the
 * hash and the size of the text.
 *
 * @param expires_at expiry time, in epoch seconds.
 */
export function rowOf(result: Result, expires_at: number): Item {
  const { tenant, source, record_id, created_at } = result;
  const row = itemOf({
    ...result,
    record_key: recordKey(result),
    source_key: sourceKey(tenant, source, sourceShard(record_id)),
    source_sort: `${created_at}#${record_id}`,
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

function sourceShard(record_id: string): number {
  return Number.parseInt(hash('sha256', record_id, 'hex').slice(0, 2), 16) % SOURCE_SHARDS;
}
