import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createQuotaLedger } from '../../aws/dynamodb/quota/ledger.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { createMemoryBook } from '../support/memory-ledger.ts';
import { quotaLedgerContract } from '../support/quota-ledger-contract.ts';

let test: TestCloud;
beforeAll(async () => {
  test = await testCloud();
  await createTable('Quotas');
});
afterAll(() => test.stop());

async function createTable(TableName: string): Promise<void> {
  const { dynamodb: client } = test.clients;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'quota', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'quota', AttributeType: 'S' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.1 }, { TableName });
}

function clock() {
  let at = Date.UTC(2026, 10, 23);
  return {
    now: () => at,
    advance: (milliseconds: number) => {
      at += milliseconds;
    },
  };
}

let books = 0;
quotaLedgerContract('the ledger in DynamoDB', async () => {
  const time = clock();
  books += 1;
  const quota = `book-${books}`;
  const { dynamodb: client } = test.clients;
  const deps = { client, table_name: 'Quotas', quota, calls_per_second: 10, now: time.now };
  return { ...time, ledger: () => createQuotaLedger(deps) };
});

quotaLedgerContract('the ledger in memory', async () => {
  const time = clock();
  const book = createMemoryBook(10);
  return { ...time, ledger: () => book.ledger(time.now) };
});

it('is a service that does not answer where there is no table', async () => {
  const client = new DynamoDBClient({
    endpoint: test.cloud.endpoint,
    region: test.cloud.region,
    credentials: {
      accessKeyId: test.cloud.access_key_id,
      secretAccessKey: test.cloud.secret_access_key,
    },
  });
  const deps = { client, table_name: 'Nowhere', quota: 'q', calls_per_second: 10, now: Date.now };
  await expect(createQuotaLedger(deps).reserve(1, Infinity)).rejects.toMatchObject({
    name: 'ServiceError',
    code: 'ResourceNotFoundException',
  });
  client.destroy();
});
