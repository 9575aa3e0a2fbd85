import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { chunk } from '../../../lib/chunk.ts';
import type { ErasableHistory } from '../../../operations/erase/ports.ts';
import { recordKey } from '../../../schemas/index.ts';
import { firstError, sendBatches } from '../../send-batches.ts';
import type { Item } from '../attribute.ts';
import { ITEMS_PER_WRITE } from '../batches.ts';
import { callDynamoDb, openTable, queryItems, type Table, type TableDeps } from '../table.ts';

/** Creates the access of an erasure to the replaced versions of records. */
export function createErasableHistory(deps: TableDeps): ErasableHistory {
  const table = openTable(deps);
  return {
    async delete(records) {
      const keys: Item[] = [];
      for (const record of records) {
        const versions = queryItems(table, {
          KeyConditionExpression: 'record_key = :key',
          ExpressionAttributeValues: { ':key': { S: recordKey(record) } },
          ProjectionExpression: 'record_key, #position',
          ExpressionAttributeNames: { '#position': 'position' },
        });
        for await (const { record_key, position } of versions) {
          if (record_key !== undefined && position !== undefined)
            keys.push({ record_key, position });
        }
      }
      await deleteItems(table, keys);
      return keys.length;
    },
  };
}

async function deleteItems(table: Table, keys: Item[]): Promise<void> {
  const rejected = await sendBatches(keys, {
    ...table,
    split: (some) => chunk(some, ITEMS_PER_WRITE),
    async send(call) {
      const deletes = call.map((Key) => ({ DeleteRequest: { Key } }));
      const { UnprocessedItems } = await callDynamoDb(() =>
        table.client.send(
          new BatchWriteItemCommand({ RequestItems: { [table.table_name]: deletes } }),
        ),
      );
      const unprocessed = UnprocessedItems?.[table.table_name] ?? [];
      const left = new Set(unprocessed.map(({ DeleteRequest }) => idOf(DeleteRequest?.Key ?? {})));
      return call.map((key) =>
        left.has(idOf(key))
          ? { code: 'UnprocessedItems', retryable: true, throttled: true }
          : undefined,
      );
    },
  });
  const error = firstError('dynamodb', rejected);
  if (error !== undefined) throw error;
}

const idOf = ({ record_key, position }: Item) => `${record_key?.S}#${position?.S}`;
