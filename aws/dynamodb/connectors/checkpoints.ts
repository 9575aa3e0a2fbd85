import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { CheckpointStore, ConnectorState } from '../../../ingest/connectors/ports.ts';
import type { Item } from '../attribute.ts';
import {
  callConditionally,
  callDynamoDb,
  openTable,
  queryItems,
  type Table,
  type TableDeps,
} from '../table.ts';

export interface CheckpointsDeps extends TableDeps {
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/** The partition of all checkpoints: a deployment has few connectors. Ledgers have partitions of their own. */
const PART = 'checkpoint';

const stateSchema = z.object({
  item: z.string(),
  /** The mark as JSON: its form is known to its source alone. */
  mark: z.string().optional(),
  at: z.number().optional(),
  saved_at: z.number().optional(),
  is_paused: z.boolean().default(false),
  owner: z.string().optional(),
  until: z.number().optional(),
});

type Update = Pick<
  UpdateItemCommand['input'],
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
>;

/** Names that expressions of DynamoDB reserve. */
const NAMES = { '#owner': 'owner', '#until': 'until', '#at': 'at', '#mark': 'mark' };
/** A lease ends at its time, or when its owner releases it. */
const IS_FREE = 'attribute_not_exists(#owner) OR #until <= :now';

/**
 * Creates the store of checkpoints in the table of connectors. Each change is one conditional call, so
 * that of two processes only the owner of the lease changes a mark.
 */
export function createCheckpoints({ now, ...deps }: CheckpointsDeps): CheckpointStore {
  const table = openTable(deps);
  return {
    async take(connector, { owner, until }) {
      // The condition `owner is the caller` makes a repeated call succeed whose first answer was lost.
      const taken = await update(table, connector, {
        UpdateExpression: 'SET #owner = :owner, #until = :until',
        ConditionExpression: `${IS_FREE} OR #owner = :owner`,
        ExpressionAttributeValues: marshall({ ':owner': owner, ':until': until, ':now': now() }),
      });
      return taken && withoutLease(taken);
    },
    async save(connector, { owner, until }, mark) {
      const set = [
        '#until = :until',
        ...(mark === undefined ? [] : ['#mark = :mark, saved_at = :now']),
      ];
      if (mark?.at !== undefined) set.push('#at = :at');
      const values = mark && {
        ':mark': JSON.stringify(mark.cursor),
        ':now': now(),
        ':at': mark.at,
      };
      const saved = await update(table, connector, {
        UpdateExpression: `SET ${set.join(', ')}`,
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeValues: marshall(
          { ':owner': owner, ':until': until, ...values },
          { removeUndefinedValues: true },
        ),
      });
      return saved && { is_paused: saved.is_paused };
    },
    async release(connector, owner) {
      void (await update(table, connector, {
        UpdateExpression: 'REMOVE #owner, #until',
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeValues: marshall({ ':owner': owner }),
      }));
    },
    async read(connector) {
      const command = new GetItemCommand({
        TableName: table.table_name,
        Key: keyOf(connector),
        ConsistentRead: true,
      });
      const { Item } = await callDynamoDb(() => table.client.send(command));
      return Item && readState(Item);
    },
    async list() {
      const states: ConnectorState[] = [];
      const query = {
        KeyConditionExpression: 'part = :part',
        ExpressionAttributeValues: marshall({ ':part': PART }),
        ConsistentRead: true,
      };
      for await (const item of queryItems(table, query)) states.push(readState(item));
      return states;
    },
    async setPaused(connector, is_paused) {
      void (await update(table, connector, {
        UpdateExpression: 'SET is_paused = :is_paused',
        ExpressionAttributeValues: marshall({ ':is_paused': is_paused }),
      }));
    },
    async rewind(connector, cursor) {
      const is_set = cursor !== undefined;
      const changed = await update(table, connector, {
        UpdateExpression: `${is_set ? 'SET #mark = :mark ' : ''}REMOVE ${is_set ? '' : '#mark, '}#at, saved_at, #owner, #until`,
        ConditionExpression: IS_FREE,
        ExpressionAttributeValues: marshall({
          ':now': now(),
          ...(is_set ? { ':mark': JSON.stringify(cursor) } : {}),
        }),
      });
      return changed !== undefined;
    },
  };
}

const keyOf = (connector: string) => marshall({ part: PART, item: connector });

/** Returns the state after the change, or undefined if the condition failed. */
async function update(
  { client, table_name: TableName }: Table,
  connector: string,
  change: Update,
): Promise<ConnectorState | undefined> {
  const text = `${change.UpdateExpression} ${change.ConditionExpression ?? ''}`;
  const names = Object.entries(NAMES).filter(([name]) => text.includes(name));
  const command = new UpdateItemCommand({
    TableName,
    Key: keyOf(connector),
    ...change,
    // DynamoDB refuses names that no expression uses, and an empty object.
    ...(names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) }),
    ReturnValues: 'ALL_NEW',
  });
  const changed = await callConditionally(() => client.send(command));
  return changed && readState(changed.Attributes ?? {});
}

function readState(item: Item): ConnectorState {
  const { item: connector, mark, ...state } = stateSchema.parse(unmarshall(item));
  return { connector, ...(mark === undefined ? {} : { cursor: JSON.parse(mark) }), ...state };
}

function withoutLease({ cursor, at, saved_at, is_paused }: ConnectorState) {
  return { cursor, at, saved_at, is_paused };
}
