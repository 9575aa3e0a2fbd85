import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { packed, type Rejection, sendAll } from '../resend.ts';
import { called, type TableContext } from './insert.ts';
import type { Row } from './row.ts';

/** Limit of BatchGetItem, DynamoDB API reference. */
const KEYS_PER_READ = 100;

export interface RowsRead {
  /** Those that are there, by `record_key`. */
  rows: Map<string, Row>;
  /** The keys that DynamoDB did not get to. */
  unread: Map<string, Rejection>;
}

/** Reads rows by distinct keys, eventually consistent. @param projection attributes to read; absent: all. */
export async function readRows(
  context: TableContext,
  record_keys: string[],
  projection: { ProjectionExpression?: string } = {},
): Promise<RowsRead> {
  const { client, table_name } = context;
  const rows = new Map<string, Row>();
  const unread = await sendAll(record_keys, {
    ...context,
    pack: packed(KEYS_PER_READ),
    async send(call) {
      const Keys = call.map((record_key) => ({ record_key: { S: record_key } }));
      const { Responses, UnprocessedKeys } = await called(() =>
        client.send(
          new BatchGetItemCommand({ RequestItems: { [table_name]: { Keys, ...projection } } }),
        ),
      );
      for (const row of Responses?.[table_name] ?? []) rows.set(row.record_key!.S!, row);
      const left = new Set(UnprocessedKeys?.[table_name]?.Keys?.map((key) => key.record_key?.S));
      return call.map((key) => (left.has(key) ? unprocessed() : undefined));
    },
  });
  return { rows, unread };
}

function unprocessed(): Rejection {
  return { code: 'UnprocessedKeys', retryable: true, throttled: true };
}
