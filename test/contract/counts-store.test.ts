import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { createFakeCountsStore } from '../fakes/counts-store.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';
import { describeCountsStore } from './suites/counts-store.ts';

let tables: ServedTables;
let client: DynamoDBClient;
beforeAll(async () => {
  tables = await serveTables('partition', 'bucket');
  client = tables.client;
});
afterAll(() => tables.close());

describe('DynamoDB', () => {
  describeCountsStore(async () =>
    createCountsStore({ client, table_name: await tables.createTable() }),
  );

  it('A row of the counts that expires has the time of its expiry', async () => {
    const table_name = await tables.createTable();
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
