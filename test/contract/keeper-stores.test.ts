import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTableLease } from '../../aws/dynamodb/keeper/lease.ts';
import { createManifest } from '../../aws/dynamodb/keeper/manifest.ts';
import { createFakeManifest, createFakeTableLease } from '../fakes/keeper-stores.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';
import { aRawObject, describeKeeperStores } from './suites/keeper-stores.ts';

let tables: ServedTables;
let client: DynamoDBClient;
beforeAll(async () => {
  tables = await serveTables('part', 'item');
  client = tables.client;
});
afterAll(() => tables.close());

describe('DynamoDB', () => {
  describeKeeperStores(async () => {
    let at = 0;
    const deps = { client, table_name: await tables.createTable(), now: () => at };
    return {
      manifest: createManifest({ ...deps, kept_seconds: 60 }),
      lease: createTableLease(deps),
      setNow: (epoch_ms) => {
        at = epoch_ms;
      },
    };
  });

  it('A merged object is remembered for as long as S3 keeps it', async () => {
    const table_name = await tables.createTable();
    const manifest = createManifest({ client, table_name, now: () => 5_000, kept_seconds: 60 });
    const object = aRawObject();
    await manifest.complete([object]);
    const Key = { part: { S: 'merged' }, item: { S: object.key } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table_name, Key }));
    expect(Item?.expires_at?.N).toBe('65');
  });

  it('An object with the days of ten years waits with all of them', async () => {
    const manifest = createManifest({
      ...{ client, table_name: await tables.createTable(), now: () => 0, kept_seconds: 60 },
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
