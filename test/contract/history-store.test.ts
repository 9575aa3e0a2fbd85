import { type DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHistoryStore } from '../../aws/dynamodb/history/store.ts';
import { createFakeHistoryStore } from '../fakes/history-store.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';
import { aPastVersion } from '../support/versions.ts';
import { describeHistoryStore } from './suites/history-store.ts';

let tables: ServedTables;
let client: DynamoDBClient;
beforeAll(async () => {
  tables = await serveTables('record_key', 'position');
  client = tables.client;
});
afterAll(() => tables.close());

const createStore = async (now: number) =>
  createHistoryStore({ client, table_name: await tables.createTable(), now: () => now });

describe('DynamoDB', () => {
  describeHistoryStore(createStore);

  it('An item of the history has no text, takes one write unit, and has the time of its expiry', async () => {
    const table_name = await tables.createTable();
    const store = createHistoryStore({ client, table_name, now: () => 0 });
    const record_key = `${'t'.repeat(64)}#${'s'.repeat(64)}#${'r'.repeat(256)}`;
    const version = {
      ...{ text: 'I love my cat', author: 'Ada', analysis_run: 1_795_000_000 },
      ...{ job_id: `job_${'0'.repeat(32)}`, run_id: `job_${'0'.repeat(32)}` },
    };
    await store.put([aPastVersion(version, { record_key, expires_at: 1_796_000_000 })]);
    const { Items } = await client.send(new ScanCommand({ TableName: table_name }));
    const [Item] = Items!;
    expect(Item?.expires_at).toEqual({ N: '1796000000' });
    expect(JSON.stringify(Item)).not.toMatch(/cat|Ada|stars/);
    const { ConsumedCapacity } = await client.send(
      new PutItemCommand({ TableName: table_name, Item, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(ConsumedCapacity?.CapacityUnits).toBe(1);
  });

  it('A history without a table rejects what is put, and throws a ServiceError when it is read', async () => {
    const store = createHistoryStore({ client, table_name: 'Nowhere', now: () => 0 });
    const past = aPastVersion();
    expect(await store.put([past])).toEqual([{ past, code: 'ResourceNotFoundException' }]);
    const query = { record_key: 'a', before: 1, limit: 1 };
    await expect(store.list(query)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('in memory', () => {
  describeHistoryStore(async (now) => createFakeHistoryStore({ now: () => now }));
});
