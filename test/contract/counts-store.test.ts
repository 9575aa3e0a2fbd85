import {
  clientConfig,
  createDynamoDb,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { createFakeCountsStore } from '../fakes/counts-store.ts';
import { describeCountsStore } from './suites/counts-store.ts';

let served: ServedService;
let client: DynamoDBClient;
beforeAll(async () => {
  served = await serveService(await createDynamoDb({ now: Date.now }));
  client = new DynamoDBClient(clientConfig(served.endpoint));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

let tables = 0;
async function createTable(): Promise<string> {
  tables += 1;
  const TableName = `Counts${tables}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'partition', KeyType: 'HASH' },
        { AttributeName: 'bucket', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'partition', AttributeType: 'S' },
        { AttributeName: 'bucket', AttributeType: 'S' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05 }, { TableName });
  return TableName;
}

describe('DynamoDB', () => {
  describeCountsStore(async () => createCountsStore({ client, table_name: await createTable() }));

  it('A row of the counts that expires has the time of its expiry', async () => {
    const table_name = await createTable();
    const row = { partition: 'p', bucket: '2026-11-27T06:10#app#a', expires_at: 1_796_000_000 };
    const addition = { measures: {}, first: '1', last: '1', changed_at: 1 };
    await createCountsStore({ client, table_name }).add(row, addition);
    const Key = { partition: { S: row.partition }, bucket: { S: row.bucket } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table_name, Key }));
    expect(Item?.expires_at).toEqual({ N: '1796000000' });
  });

  it('Counts without a table throw a ServiceError', async () => {
    const store = createCountsStore({ client, table_name: 'Nowhere' });
    const addition = { measures: {}, first: '1', last: '1', changed_at: 1 };
    const row = { partition: 'p', bucket: 'b' };
    for (const call of [() => store.add(row, addition), () => store.read('p', 'a', 'b')]) {
      await expect(call()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    }
  });
});

describe('in memory', () => {
  describeCountsStore(async () => createFakeCountsStore());
});
