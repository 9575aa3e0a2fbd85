import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ResultsReader } from '../../../api/ports.ts';
import { recordKey } from '../../../schemas/index.ts';
import { firstError } from '../../send-batches.ts';
import { getItems } from '../batches.ts';
import { callDynamoDb, openTable, type Table, type TableDeps } from '../table.ts';
import { createResultsListing } from './listing.ts';
import { isExpired, resultOf } from './row.ts';
import { createWholeListing } from './whole-listing.ts';

export interface ResultsReaderDeps extends TableDeps {
  /** Returns the current time, in epoch milliseconds. */
  now?: () => number;
}

/**
 * Creates the functions that read results from the results table. A row that has expired is not there, also
 * while DynamoDB has not deleted it: TTL deletes within a few days.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
 */
export function createResultsReader(deps: ResultsReaderDeps): ResultsReader {
  const table = openTable(deps);
  const { now = Date.now } = deps;
  const getMany = createGetMany(table, now);
  const list = createResultsListing(table, now);
  const listWhole = createWholeListing({ list, getMany });
  return {
    async get(record) {
      const command = new GetItemCommand({
        TableName: table.table_name,
        Key: { record_key: { S: recordKey(record) } },
      });
      const { Item } = await callDynamoDb(() => table.client.send(command));
      return Item === undefined || isExpired(Item, now()) ? undefined : resultOf(Item);
    },
    getMany,
    list: (query) => (query.has_texts ? listWhole(query) : list(query)),
  };
}

function createGetMany(table: Table, now: () => number): ResultsReader['getMany'] {
  return async (records) => {
    const { items, unread } = await getItems(table, [...new Set(records.map(recordKey))], {
      key_name: 'record_key',
    });
    const error = firstError('dynamodb', unread);
    if (error !== undefined) throw error;
    const results = items.filter((item) => !isExpired(item, now())).map(resultOf);
    return new Map(results.map((result) => [recordKey(result), result]));
  };
}
