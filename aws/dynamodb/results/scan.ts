import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { ResultRows } from '../../../insight/counts/recount/ports.ts';
import type { Item } from '../attribute.ts';
import { callDynamoDb, openTable, type TableDeps } from '../table.ts';

/** Creates the function that reads all rows of the results table, a page of 1 MB at a time. */
export function createResultRows(deps: TableDeps): ResultRows {
  const { client, table_name: TableName } = openTable(deps);
  return {
    async *all() {
      let next: Item | undefined;
      do {
        const command = new ScanCommand({
          ...{ TableName, ExclusiveStartKey: next, ConsistentRead: true },
        });
        const page: ScanCommandOutput = await callDynamoDb(() => client.send(command));
        for (const item of page.Items ?? []) yield unmarshall(item);
        next = page.LastEvaluatedKey;
      } while (next !== undefined);
    },
  };
}
