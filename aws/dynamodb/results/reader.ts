import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ResultsReader } from '../../../api/ports.ts';
import { recordKey } from '../../../schemas/index.ts';
import { firstError } from '../../send-batches.ts';
import { getItems } from '../batches.ts';
import { callDynamoDb, openTable, type Table, type TableDeps } from '../table.ts';
import { createResultsListing } from './listing.ts';
import { resultOf } from './row.ts';

/** Creates the functions that read results from the results table. */
export function createResultsReader(deps: TableDeps): ResultsReader {
  const table = openTable(deps);
  return {
    async get(record) {
      const command = new GetItemCommand({
        TableName: table.table_name,
        Key: { record_key: { S: recordKey(record) } },
      });
      const { Item } = await callDynamoDb(() => table.client.send(command));
      return Item === undefined ? undefined : resultOf(Item);
    },
    getMany: createGetMany(table),
    list: createResultsListing(table),
  };
}

function createGetMany(table: Table): ResultsReader['getMany'] {
  return async (records) => {
    const { items, unread } = await getItems(table, [...new Set(records.map(recordKey))], {
      key_name: 'record_key',
    });
    const error = firstError('dynamodb', unread);
    if (error !== undefined) throw error;
    const results = items.map(resultOf);
    return new Map(results.map((result) => [recordKey(result), result]));
  };
}
