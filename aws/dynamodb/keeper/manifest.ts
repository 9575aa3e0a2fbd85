import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Manifest, RawObject } from '../../../insight/keeper/ports.ts';
import { firstError } from '../../send-batches.ts';
import { type Item, itemOf } from '../attribute.ts';
import { putItems } from '../batches.ts';
import {
  callConditionally,
  callDynamoDb,
  openTable,
  queryItems,
  type Table,
  type TableDeps,
} from '../table.ts';

export interface ManifestDeps extends TableDeps {
  /** Time for which merged objects are remembered, in seconds: at least as long as S3 keeps them. */
  kept_seconds: number;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * Parts of the keeper's table. `waiting` has an item for each object that is not merged, `merged` one
 * for each that is, `changed` one for each day to optimise, and `time` one for each time.
 */
type Part = 'waiting' | 'merged' | 'changed' | 'time';

const waitingSchema = z.object({
  item: z.string(),
  days: z.string(),
  bytes: z.number(),
  has_withdrawals: z.boolean(),
  found_at: z.number(),
  failures: z.number(),
  retry_at: z.number(),
});

/** Creates the manifest in the keeper's table. */
export function createManifest({ kept_seconds, now, ...deps }: ManifestDeps): Manifest {
  const table = openTable(deps);
  return {
    add: (object) => add(table, object),
    async has(key) {
      // An object goes from `waiting` to `merged`, so this order does not miss it on its way.
      if ((await get(table, 'waiting', key)) !== undefined) return true;
      return (await get(table, 'merged', key)) !== undefined;
    },
    async list(limit) {
      const objects: RawObject[] = [];
      for await (const item of queryPart(table, 'waiting')) {
        objects.push(readObject(item));
        if (objects.length >= limit) break;
      }
      return objects;
    },
    async complete(objects) {
      const at = now();
      const expires_at = Math.floor(at / 1_000) + kept_seconds;
      await putChanged(table, [...new Set(objects.flatMap((object) => object.days))], at);
      if (objects.some(({ has_withdrawals }) => has_withdrawals)) {
        await writeTime(table, 'withdrawn', at);
      }
      // An object must not leave the one part before it is in the other.
      await putAll(
        table,
        objects.map(({ key }) => itemOf({ part: 'merged', item: key, expires_at })),
      );
      await Promise.all(objects.map(({ key }) => table.limit(() => remove(table, 'waiting', key))));
    },
    async noteChanges(days) {
      const at = now();
      await putChanged(table, days, at);
      await writeTime(table, 'withdrawn', at);
    },
    async postpone(objects, retry_at) {
      await Promise.all(
        objects.map(({ key }) => table.limit(() => postpone(table, key, retry_at))),
      );
    },
    async changedDays() {
      const days: string[] = [];
      for await (const { item } of queryPart(table, 'changed')) days.push(item?.S ?? '');
      return days;
    },
    async forgetDays(days, before) {
      await Promise.all(
        days.map((day) => table.limit(() => remove(table, 'changed', day, before))),
      );
    },
    async readTime(name) {
      const item = await get(table, 'time', name);
      return Number(item?.at?.N ?? 0);
    },
    writeTime: (name, at) => writeTime(table, name, at),
  };
}

async function putChanged(table: Table, days: string[], at: number): Promise<void> {
  await putAll(
    table,
    days.map((item) => itemOf({ part: 'changed', item, at })),
  );
}

const keyOf = (part: Part, item: string) => marshall({ part, item });

async function add(table: Table, { key, days, ...state }: RawObject): Promise<void> {
  const Item = marshall({ part: 'waiting', item: key, days: days.join(' '), ...state });
  const command = new PutItemCommand({
    TableName: table.table_name,
    Item,
    ConditionExpression: 'attribute_not_exists(part)',
  });
  void (await callConditionally(() => table.client.send(command)));
}

function readObject(item: Item): RawObject {
  const { item: key, days, ...state } = waitingSchema.parse(unmarshall(item));
  return { key, days: days.split(' '), ...state };
}

function queryPart(table: Table, part: Part): AsyncGenerator<Item> {
  return queryItems(table, {
    KeyConditionExpression: 'part = :part',
    ExpressionAttributeValues: marshall({ ':part': part }),
    ConsistentRead: true,
  });
}

async function get(table: Table, part: Part, item: string): Promise<Item | undefined> {
  const command = new GetItemCommand({
    TableName: table.table_name,
    Key: keyOf(part, item),
    ConsistentRead: true,
  });
  return (await callDynamoDb(() => table.client.send(command))).Item;
}

async function putAll(table: Table, items: Item[]): Promise<void> {
  const error = firstError('dynamodb', await putItems(table, items, ({ item }) => item?.S));
  if (error !== undefined) throw error;
}

/** Deletes an item. With `before`, the item must not have changed after that time. */
async function remove(table: Table, part: Part, item: string, before?: number): Promise<void> {
  const condition = {
    ConditionExpression: '#at <= :before',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: marshall({ ':before': before }, { removeUndefinedValues: true }),
  };
  const command = new DeleteItemCommand({
    TableName: table.table_name,
    Key: keyOf(part, item),
    ...(before === undefined ? {} : condition),
  });
  void (await callConditionally(() => table.client.send(command)));
}

async function postpone(table: Table, key: string, retry_at: number): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: table.table_name,
    Key: keyOf('waiting', key),
    UpdateExpression: 'SET retry_at = :retry_at ADD failures :one',
    ConditionExpression: 'attribute_exists(part)',
    ExpressionAttributeValues: marshall({ ':retry_at': retry_at, ':one': 1 }),
  });
  void (await callConditionally(() => table.client.send(command)));
}

async function writeTime(table: Table, name: string, at: number): Promise<void> {
  const Item = itemOf({ part: 'time', item: name, at });
  const command = new PutItemCommand({ TableName: table.table_name, Item });
  void (await callDynamoDb(() => table.client.send(command)));
}
