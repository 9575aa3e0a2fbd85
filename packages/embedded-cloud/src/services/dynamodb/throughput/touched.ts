import { createRequire } from 'node:module';
import { isObject, type JsonObject } from '../../../gateway/json-protocol.ts';
import { type AttributeValue, type Item, parseInsert } from '../partiql-insert.ts';
import type { TableDescription } from '../store.ts';
import type { Operation } from './key-space.ts';

const { capacityUnits } = createRequire(import.meta.url)('dynalite/db') as {
  capacityUnits(item: Item | undefined, is_read: boolean, is_consistent: boolean): number;
};

/** One entry of a call: a key or an item of one table. */
export interface Entry {
  table: string;
  operation: Operation;
  /** The primary key of the item, or the whole item if the call contains it. */
  attributes: Item;
  /** The index that the entry reads. Absent if the entry reads or writes the table. */
  index?: string;
  /** True if `attributes` is the whole item, so that the index entries and the size are known. */
  is_whole: boolean;
}

/** A partition key of a table or an index that an entry uses. */
export interface Touch {
  /** The table's name, or the names of the table and the index. */
  space: string;
  key: string | undefined;
}

const SINGLE_WRITES = new Set(['DeleteItem', 'PutItem', 'UpdateItem']);

/**
 * Lists the entries of a call, in the order of the request. A call of another action has no entry.
 */
export function listEntries(action: string, input: JsonObject, tableOf: TableOf): Entry[] {
  const table = String(input.TableName);
  if (SINGLE_WRITES.has(action)) return [writeOf(table, input)];
  switch (action) {
    case 'GetItem':
      return [{ table, operation: 'read', attributes: itemOf(input.Key), is_whole: false }];
    case 'Query':
    case 'Scan':
      return [queryOf(table, input, tableOf)];
    case 'BatchGetItem':
      return batchOf(input).flatMap(([name, part]) =>
        listOf(isObject(part) ? part.Keys : []).map((key): Entry => {
          return { table: name, operation: 'read', attributes: itemOf(key), is_whole: false };
        }),
      );
    case 'BatchWriteItem':
      return batchOf(input).flatMap(([name, part]) =>
        listOf(part).map((request) => writeOf(name, requestOf(request))),
      );
    case 'BatchExecuteStatement':
      return listOf(input.Statements).map(insertOf);
    default:
      return [];
  }
}

export type TableOf = (name: string) => TableDescription | undefined;

function writeOf(table: string, { Item: item, Key }: JsonObject): Entry {
  const is_whole = item !== undefined;
  return { table, operation: 'write', attributes: itemOf(item ?? Key), is_whole };
}

function requestOf(request: unknown): JsonObject {
  const { PutRequest, DeleteRequest } = isObject(request) ? request : {};
  return [PutRequest, DeleteRequest].find(isObject) ?? {};
}

function insertOf(statement: unknown): Entry {
  const { Statement, Parameters } = isObject(statement) ? statement : {};
  const parameters = listOf(Parameters) as AttributeValue[];
  try {
    const { table, item } = parseInsert(String(Statement), parameters);
    return { table, operation: 'write', attributes: item, is_whole: true };
  } catch {
    // The action itself refuses the whole call and names the invalid statement.
    return { table: '', operation: 'write', attributes: {}, is_whole: false };
  }
}

/**
 * Reads the partition key of a Query from its key condition. A Scan has no partition key, because it
 * reads all partitions.
 */
function queryOf(table: string, input: JsonObject, tableOf: TableOf): Entry {
  const index = typeof input.IndexName === 'string' ? input.IndexName : undefined;
  const description = tableOf(table);
  const key_name = hashKeyOf(description, index) ?? '';
  const names = isObject(input.ExpressionAttributeNames) ? input.ExpressionAttributeNames : {};
  const aliases = Object.keys(names).filter((alias) => names[alias] === key_name);
  const placeholder = [key_name, ...aliases]
    .map((name) => conditionValue(String(input.KeyConditionExpression), name))
    .find((found) => found !== undefined);
  const value = itemOf(input.ExpressionAttributeValues)[placeholder ?? ''];
  return {
    ...{ table, operation: 'read', is_whole: false },
    attributes: value === undefined ? {} : { [key_name]: value },
    ...(index === undefined ? {} : { index }),
  };
}

function conditionValue(condition: string, name: string): string | undefined {
  const words = condition.split(/\s*(=)\s*|[\s()]+/).filter(Boolean);
  const at = words.findIndex((word, i) => word === name && words[i + 1] === '=');
  return at < 0 ? undefined : words[at + 2];
}

/** Lists the partition keys that an entry uses, in the table and in its indexes. */
export function touchesOf(entry: Entry, description: TableDescription | undefined): Touch[] {
  const { table, index, attributes, is_whole, operation } = entry;
  const keyIn = (name: string | undefined) => {
    const value = name === undefined ? undefined : attributes[name];
    return value === undefined ? undefined : JSON.stringify(value);
  };
  if (index !== undefined) {
    return [{ space: `${table}/index/${index}`, key: keyIn(hashKeyOf(description, index)) }];
  }
  const of_table = { space: table, key: keyIn(hashKeyOf(description)) };
  if (operation === 'read' || !is_whole) return [of_table];
  const indexes = (description?.GlobalSecondaryIndexes ?? []).filter(({ KeySchema }) =>
    KeySchema.every(({ AttributeName }) => attributes[AttributeName] !== undefined),
  );
  return [
    of_table,
    ...indexes.map(({ IndexName }) => ({
      space: `${table}/index/${IndexName}`,
      key: keyIn(hashKeyOf(description, IndexName)),
    })),
  ];
}

/**
 * Returns the units that are known before the call. If the call does not contain the item, the
 * smallest number of units is returned.
 */
export function leastUnits({ operation, attributes, is_whole }: Entry): number {
  const is_read = operation === 'read';
  return capacityUnits(is_whole ? attributes : undefined, is_read, false);
}

function hashKeyOf(table: TableDescription | undefined, index?: string): string | undefined {
  const owner =
    index === undefined
      ? table
      : table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index);
  return owner?.KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
}

function batchOf({ RequestItems }: JsonObject): [string, unknown][] {
  return isObject(RequestItems) ? Object.entries(RequestItems) : [];
}

function itemOf(value: unknown): Item {
  return isObject(value) ? (value as Item) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
