import { clientConfig, createDynamoDb, serveService } from '@aurastream/embedded-cloud/testing';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

/** Serves DynamoDB for the ledgers, which keep their entries in tables with the key `quota`. */
export async function serveQuotaTables() {
  const served = await serveService(await createDynamoDb({ now: Date.now }));
  const client = new DynamoDBClient(clientConfig(served.endpoint));
  let tables = 0;
  return {
    client,
    /** Creates a table, and returns its name. */
    async createTable(): Promise<string> {
      tables += 1;
      const TableName = `Quotas${tables}`;
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'quota', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'quota', AttributeType: 'S' }],
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

export type QuotaTables = Awaited<ReturnType<typeof serveQuotaTables>>;
