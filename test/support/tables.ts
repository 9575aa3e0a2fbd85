import { clientConfig, createDynamoDb, serveService } from '@aurastream/embedded-cloud/testing';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

/**
 * Serves DynamoDB for tables with the same key, whose attributes are strings.
 *
 * @param partition_key and `sort_key` are the names of the key attributes.
 */
export async function serveTables(partition_key: string, sort_key?: string) {
  const served = await serveService(await createDynamoDb({ now: Date.now }));
  const client = new DynamoDBClient(clientConfig(served.endpoint));
  const keys = sort_key === undefined ? [partition_key] : [partition_key, sort_key];
  let tables = 0;
  return {
    client,
    /** Creates a table, and returns its name. */
    async createTable(): Promise<string> {
      tables += 1;
      const TableName = `Table${tables}`;
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: keys.map((name, i) => ({
            AttributeName: name,
            KeyType: i === 0 ? 'HASH' : 'RANGE',
          })),
          AttributeDefinitions: keys.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        }),
      );
      await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05 }, { TableName });
      return TableName;
    },
    async close(): Promise<void> {
      client.destroy();
      await served.close();
    },
  };
}

export type ServedTables = Awaited<ReturnType<typeof serveTables>>;
