import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Result, resultSchema } from '../schemas/index.ts';

/**
 * Over how many partitions of the index a source is spread: a partition takes 1,000 writes a second (DynamoDB,
 * partition throughput), and one busy source alone has more.
 */
export const SOURCE_SHARDS = 8;

export type Row = Record<string, AttributeValue>;

/** The table's key. A slug has no `#`. */
export function recordKey(tenant: string, record_id: string): string {
  return `${tenant}#${record_id}`;
}

/** The partition key of the index `by_source`. @param shard 0 to {@link SOURCE_SHARDS} - 1. */
export function sourceKey(tenant: string, source: string, shard: number): string {
  return `${tenant}#${source}#${shard}`;
}

/** A result as an item: its fields, the keys of table and index, and when it may go (epoch seconds). */
export function rowOf(result: Result, expires_at: number): Row {
  const { tenant, source, record_id, created_at } = result;
  const item = {
    ...result,
    record_key: recordKey(tenant, record_id),
    source_key: sourceKey(tenant, source, sourceShard(record_id)),
    source_sort: `${created_at}#${record_id}`,
    expires_at,
  };
  return marshall(item, { removeUndefinedValues: true });
}

/** @throws {z.ZodError} where the item is no result. */
export function resultOf(row: Row): Result {
  return resultSchema.parse(unmarshall(row));
}

function sourceShard(record_id: string): number {
  return createHash('sha256').update(record_id).digest().readUInt8(0) % SOURCE_SHARDS;
}
