import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb';
import { chunk } from '../../lib/chunk.ts';
import { type Rejection, sendBatches } from '../send-batches.ts';
import type { Item } from './attribute.ts';
import { callDynamoDb, type Table } from './table.ts';

/**
 * Maximum number of keys or items in one call.
 * Source: BatchGetItem, BatchWriteItem and BatchExecuteStatement in the DynamoDB API reference.
 */
const KEYS_PER_READ = 100;
export const ITEMS_PER_WRITE = 25;

export interface ItemsRead {
  /** The items that were found, in no particular order. */
  items: Item[];
  /** Reasons for failed reads, by id. */
  unread: Map<string, Rejection>;
}

export interface ReadOptions extends Pick<KeysAndAttributes, 'ConsistentRead'> {
  /** Name of the partition key. The value of the partition key is the id. */
  key_name: string;
  /** Name and value of the sort key, for tables that have a sort key. */
  sort_key?: Item;
  /** Names of the attributes to read. Default: all attributes. */
  ProjectionExpression?: string;
}

/**
 * Reads items by ids, which must be distinct. If a call fails, the items of all successful calls
 * are still returned.
 */
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

/**
 * Puts items with distinct keys.
 *
 * @param idOf returns a text that stands for the key of an item.
 * @returns the items that DynamoDB did not store, with the reasons.
 */
export async function putItems(
  table: Table,
  items: Item[],
  idOf: (item: Item) => string | undefined,
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
      const left = new Set(unprocessed.map(({ PutRequest }) => idOf(PutRequest?.Item ?? {})));
      return call.map((item) => (left.has(idOf(item)) ? rejectAs('UnprocessedItems') : undefined));
    },
  });
}

/**
 * Returns the rejection of an entry that DynamoDB left unprocessed. The rejection counts as
 * throttled, because DynamoDB leaves entries unprocessed if the throughput of a table or of a
 * partition is exceeded.
 */
function rejectAs(code: string): Rejection {
  return { code, retryable: true, throttled: true };
}
