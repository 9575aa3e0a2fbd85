import { hash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Result, recordKey, resultSchema } from '../../../schemas/index.ts';
import { attributeOf, type Value } from '../attribute.ts';

/**
 * Over how many partitions of the index a source is spread: a partition takes 1,000 writes a second (DynamoDB,
 * partition throughput), and one busy source alone has more.
 */
export const SOURCE_SHARDS = 8;

export type Row = Record<string, AttributeValue>;

/** The partition key of the index `by_source`. @param shard 0 to {@link SOURCE_SHARDS} - 1. */
export function sourceKey(tenant: string, source: string, shard: number): string {
  return `${tenant}#${source}#${shard}`;
}

/** Names and values of an item, in the same order. */
export interface Columns {
  names: string[];
  values: AttributeValue[];
}

/**
 * A result as an item: its fields, the keys of table and index, and when it may go (epoch seconds). Two lists, since an
 * object that grows by thirty names costs ten times as much, on every record.
 */
export function columnsOf(result: Result, expires_at: number): Columns {
  const { tenant, source, record_id, created_at } = result;
  const columns: Columns = { names: [], values: [] };
  for (const name of Object.keys(result)) add(columns, name, result[name as keyof Result]);
  add(columns, 'record_key', recordKey(result));
  add(columns, 'source_key', sourceKey(tenant, source, sourceShard(record_id)));
  add(columns, 'source_sort', `${created_at}#${record_id}`);
  add(columns, 'expires_at', expires_at);
  return columns;
}

/** The same as one object. */
export function rowOf(result: Result, expires_at: number): Row {
  const { names, values } = columnsOf(result, expires_at);
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

function add({ names, values }: Columns, name: string, value: Value | undefined): void {
  if (value === undefined) return;
  names.push(name);
  values.push(attributeOf(value));
}

/** @throws {z.ZodError} where the item is no result. */
export function resultOf(row: Row): Result {
  return resultSchema.parse(unmarshall(row));
}

function sourceShard(record_id: string): number {
  return Number.parseInt(hash('sha256', record_id, 'hex').slice(0, 2), 16) % SOURCE_SHARDS;
}
