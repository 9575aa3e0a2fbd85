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
import { createTableLease } from '../../aws/dynamodb/keeper/lease.ts';
import { createManifest } from '../../aws/dynamodb/keeper/manifest.ts';
import { createFakeManifest, createFakeTableLease } from '../fakes/keeper-stores.ts';
import { aRawObject, describeKeeperStores } from './suites/keeper-stores.ts';

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
  const TableName = `Keeper${tables}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'part', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['part', 'item'].map((name) => ({
        AttributeName: name,
        AttributeType: 'S',
      })),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05 }, { TableName });
  return TableName;
}

describe('DynamoDB', () => {
  describeKeeperStores(async () => {
    let at = 0;
    const deps = { client, table_name: await createTable(), now: () => at };
    return {
      manifest: createManifest({ ...deps, kept_seconds: 60 }),
      lease: createTableLease(deps),
      setNow: (epoch_ms) => {
        at = epoch_ms;
      },
    };
  });

  it('A merged object is remembered for as long as S3 keeps it', async () => {
    const table_name = await createTable();
    const manifest = createManifest({ client, table_name, now: () => 5_000, kept_seconds: 60 });
    const object = aRawObject();
    await manifest.complete([object]);
    const Key = { part: { S: 'merged' }, item: { S: object.key } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table_name, Key }));
    expect(Item?.expires_at?.N).toBe('65');
  });

  it('An object with the days of ten years waits with all of them', async () => {
    const manifest = createManifest({
      ...{ client, table_name: await createTable(), now: () => 0, kept_seconds: 60 },
    });
    const days = Array.from({ length: 3_653 }, (_, i) =>
      new Date(Date.UTC(2016, 0, 1 + i)).toISOString().slice(0, 10),
    );
    await manifest.add(aRawObject({ days }));
    expect((await manifest.list(1))[0]?.days).toEqual(days);
    await manifest.complete([aRawObject({ days })]);
    expect(await manifest.changedDays()).toEqual(days);
  });
});

describe('in memory', () => {
  describeKeeperStores(async () => {
    let at = 0;
    return {
      manifest: createFakeManifest(() => at).manifest,
      lease: createFakeTableLease(() => at),
      setNow: (epoch_ms) => {
        at = epoch_ms;
      },
    };
  });
});
