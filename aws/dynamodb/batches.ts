import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb';
import { chunk } from '../../lib/chunk.ts';
import { type Rejection, sendBatches } from '../send-batches.ts';
import type { Item } from './attribute.ts';
import { callDynamoDb, type Table } from './table.ts';

/** Limits of one call: BatchGetItem, BatchWriteItem and BatchExecuteStatement, DynamoDB API reference. */
const KEYS_PER_READ = 100;
export const ITEMS_PER_WRITE = 25;

export interface ItemsRead {
  /** The items that exist, in no particular order. */
  items: Item[];
  /** Ids that DynamoDB did not read. */
  unread: Map<string, Rejection>;
}

export interface ReadOptions extends Pick<KeysAndAttributes, 'ConsistentRead'> {
  /** The partition key, whose value is the id. */
  key_name: string;
  /** The sort key's name and value, in tables that have one. */
  sort_key?: Item;
  /** Attributes to read; absent: all. */
  ProjectionExpression?: string;
}

/** Reads items by distinct ids. Items that were read before a failure stay in the answer. */
export async function getItems(
  table: Table,
  ids: string[],
  { key_name, sort_key, ...request }: ReadOptions,
): Promise<ItemsRead> {
  const items: Item[] = [];
  const unread = await sendBatches(ids, {
    ...table,
    split: (some) => chunk(some, KEYS_PER_READ),
    async send(call) {
      const Keys = call.map((id) => ({ [key_name]: { S: id }, ...sort_key }));
      const RequestItems = { [table.table_name]: { Keys, ...request } };
      const { Responses, UnprocessedKeys } = await callDynamoDb(() =>
        table.client.send(new BatchGetItemCommand({ RequestItems })),
      );
      items.push(...(Responses?.[table.table_name] ?? []));
      const unprocessed = UnprocessedKeys?.[table.table_name]?.Keys ?? [];
      const left = new Set(unprocessed.map((key) => key[key_name]?.S));
      return call.map((id) => (left.has(id) ? rejectAs('UnprocessedKeys') : undefined));
    },
  });
  return { items, unread };
}

/** Puts items whose values of `key_name` are distinct. @returns the items that DynamoDB did not take. */
export async function putItems(
  table: Table,
  items: Item[],
  key_name: string,
): Promise<Map<Item, Rejection>> {
  return sendBatches(items, {
    ...table,
    split: (some) => chunk(some, ITEMS_PER_WRITE),
    async send(call) {
      const puts = call.map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems } = await callDynamoDb(() =>
        table.client.send(
          new BatchWriteItemCommand({ RequestItems: { [table.table_name]: puts } }),
        ),
      );
      const unprocessed = UnprocessedItems?.[table.table_name] ?? [];
      const left = new Set(unprocessed.map(({ PutRequest }) => PutRequest?.Item?.[key_name]?.S));
      return call.map((item) =>
        left.has(item[key_name]?.S) ? rejectAs('UnprocessedItems') : undefined,
      );
    },
  });
}

/** DynamoDB leaves entries unprocessed when a table's or a partition's throughput is exceeded. */
function rejectAs(code: string): Rejection {
  return { code, retryable: true, throttled: true };
}
