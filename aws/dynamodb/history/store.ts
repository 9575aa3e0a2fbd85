import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { HistoryReader, HistoryWriter, PastVersion } from '../../../insight/history/ports.ts';
import { historyVersionSchema } from '../../../schemas/index.ts';
import { type Item, itemOf } from '../attribute.ts';
import { putItems } from '../batches.ts';
import { callDynamoDb, openTable, type TableDeps } from '../table.ts';

/** Number of digits of a revision in a sort key. A safe integer has at most 16. */
const POSITION_DIGITS = 16;

const itemSchema = historyVersionSchema.extend({
  expires_at: z.int().describe('Epoch seconds. TTL deletes late, so readers check it.'),
});

export interface HistoryStoreDeps extends TableDeps {
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the history in a DynamoDB table with the partition key `record_key` and the sort key
 * `position`. A version is an item of less than 1 KB, which is one write unit.
 */
export function createHistoryStore(deps: HistoryStoreDeps): HistoryReader & HistoryWriter {
  const table = openTable(deps);
  return {
    async put(versions) {
      const items = new Map(versions.map((past) => [toItem(past), past]));
      const rejected = await putItems(table, [...items.keys()], idOf);
      return [...rejected].flatMap(([item, { code }]) => {
        const past = items.get(item);
        return past === undefined ? [] : [{ past, code }];
      });
    },
    async list({ record_key, before, limit }) {
      const command = new QueryCommand({
        TableName: table.table_name,
        KeyConditionExpression: 'record_key = :key AND #position < :before',
        // The name is a reserved word of DynamoDB.
        ExpressionAttributeNames: { '#position': 'position' },
        ExpressionAttributeValues: {
          ':key': { S: record_key },
          ':before': { S: positionOf(before) },
        },
        ScanIndexForward: false,
        // One more item shows whether there is another page. The items of a page have less than 1 MB.
        Limit: limit + 1,
      });
      const { Items = [] } = await callDynamoDb(() => table.client.send(command));
      const kept = Items.map((item) => itemSchema.parse(unmarshall(item))).filter(
        ({ expires_at }) => expires_at * 1_000 > deps.now(),
      );
      const versions = kept.slice(0, limit).map((item) => historyVersionSchema.parse(item));
      return { versions, has_more: kept.length > limit };
    },
  };
}

function toItem({ record_key, version, expires_at }: PastVersion): Item {
  return itemOf({ ...version, record_key, position: positionOf(version.revision), expires_at });
}

function positionOf(revision: number): string {
  return String(revision).padStart(POSITION_DIGITS, '0');
}

function idOf({ record_key, position }: Item): string {
  return `${record_key?.S}#${position?.S}`;
}
