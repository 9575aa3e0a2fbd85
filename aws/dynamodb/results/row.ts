import { hash } from 'node:crypto';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Result, recordKey, resultSchema } from '../../../schemas/index.ts';
import { type Item, itemOf } from '../attribute.ts';

/**
 * The number of index partitions of a source. One partition takes 1,000 writes a second (DynamoDB, partition
 * throughput), and a busy source has more.
 */
export const SOURCE_SHARDS = 8;

/** The partition key of the index `by_source`. @param shard 0 to {@link SOURCE_SHARDS} - 1. */
export function sourceKey(tenant: string, source: string, shard: number): string {
  return `${tenant}#${source}#${shard}`;
}

/**
 * An item holds 400 KB (409,600 bytes), names and keys included. Beside the text, the limits of a record allow about
 * 101,000 bytes of attributes and 8,000 bytes of all other fields.
 */
const MAX_TEXT_BYTES = 280_000;

/**
 * Makes the item of a result: its fields, the keys of the table and of the index, and its expiry in epoch seconds. A
 * text that does not fit is left out: hash and size still identify it.
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

/** @throws {z.ZodError} when the item is not a result. */
export function resultOf(row: Item): Result {
  return resultSchema.parse(unmarshall(row));
}

function sourceShard(record_id: string): number {
  return Number.parseInt(hash('sha256', record_id, 'hex').slice(0, 2), 16) % SOURCE_SHARDS;
}
