import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQuotaLedger } from '../../aws/dynamodb/quota/ledger.ts';
import { createFakeLedger } from '../fakes/quota-ledger.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';
import { describeQuotaLedger } from './suites/quota-ledger.ts';

let tables: ServedTables;
let client: DynamoDBClient;
let table_name: string;
beforeAll(async () => {
  tables = await serveTables('quota');
  client = tables.client;
  table_name = await tables.createTable();
});
afterAll(() => tables.close());

function createClock() {
  let at = Date.UTC(2026, 10, 23);
  return {
    now: () => at,
    advance: (milliseconds: number) => {
      at += milliseconds;
    },
  };
}

let quotas = 0;
describe('DynamoDB', () => {
  describeQuotaLedger(async () => {
    const clock = createClock();
    quotas += 1;
    const deps = { table_name, quota: `quota-${quotas}`, calls_per_second: 10 };
    return { ...clock, open: () => createQuotaLedger({ client, ...deps, now: clock.now }) };
  });

  it('A ledger lowers a rate above the quota of its deployment, and never raises one', async () => {
    const clock = createClock();
    const open = (calls_per_second: number) =>
      createQuotaLedger({
        ...{ client, table_name, quota: 'lowered', calls_per_second, now: clock.now },
      });
    await open(100).reserve(1, Infinity);
    clock.advance(1_000);
    const lowered = await open(10).reserve(1, Infinity);
    expect(lowered).toMatchObject({
      ...{ interval_ms: 100, rate: { calls_per_second: 10, refused_at: 10 } },
      rate_changed_at: clock.now(),
    });
    clock.advance(1_000);
    expect((await open(100).reserve(1, Infinity))?.rate.calls_per_second).toBe(10);
  });

  it('A bulk ledger lets live calls go first, and shares its slots evenly with other bulk ledgers', async () => {
    const clock = createClock();
    const waits: number[] = [];
    const open = (traffic: 'live' | 'bulk') =>
      createQuotaLedger({
        ...{ client, table_name, quota: 'priority', calls_per_second: 10, traffic },
        now: clock.now,
        wait: async (milliseconds) => {
          waits.push(milliseconds);
          clock.advance(milliseconds);
        },
      });
    const started = clock.now();
    await open('live').reserve(9, Infinity);
    const [first, second] = [open('bulk'), open('bulk')];
    const bulk = await first.reserve(6, Infinity);
    expect(bulk).toMatchObject({ count: 1, interval_ms: expect.closeTo(1_000 / 9) });
    expect(bulk!.starts_at).toBeCloseTo(started + 900);
    expect(waits.length).toBeGreaterThan(0);
    expect(clock.now()).toBeLessThan(started + 900);
    const next = await second.reserve(6, Infinity);
    expect(next!.starts_at).toBeGreaterThan(started + 899);
    expect(next!.starts_at).toBeLessThan(started + 1_050);
    const live = await open('live').reserve(1, Infinity);
    expect(live!.starts_at - clock.now()).toBeLessThanOrEqual(200);
  });

  it('A bulk ledger takes nothing when live calls have taken all slots up to its deadline', async () => {
    const clock = createClock();
    const open = (traffic: 'live' | 'bulk') =>
      createQuotaLedger({
        ...{ client, table_name, quota: 'full', calls_per_second: 10, traffic },
        now: clock.now,
        wait: async (milliseconds) => clock.advance(milliseconds),
      });
    const started = clock.now();
    await open('live').reserve(100, Infinity);
    expect(await open('bulk').reserve(1, started + 9_900)).toBeUndefined();
    expect((await open('bulk').reserve(1, started + 11_000))?.starts_at).toBeGreaterThan(
      started + 9_999,
    );
  });

  it('Two quotas of one table are apart', async () => {
    const clock = createClock();
    const open = (quota: string) =>
      createQuotaLedger({
        ...{ client, table_name, quota, calls_per_second: 1, now: clock.now },
      });
    expect((await open('one').reserve(5, Infinity))?.starts_at).toBe(clock.now());
    expect((await open('two').reserve(5, Infinity))?.starts_at).toBe(clock.now());
  });

  it('A ledger whose item is gone starts again from now', async () => {
    const clock = createClock();
    const quota = { quota: 'gone', calls_per_second: 10 };
    const ledger = createQuotaLedger({ client, table_name, ...quota, now: clock.now });
    await ledger.reserve(100, Infinity);
    const Key = { quota: { S: 'gone' } };
    await client.send(new DeleteItemCommand({ TableName: table_name, Key }));
    expect((await ledger.reserve(1, clock.now() + 1_000))?.starts_at).toBe(clock.now());
  });

  it('A ledger without a table throws a ServiceError', async () => {
    const deps = { client, table_name: 'Nowhere', quota: 'q', calls_per_second: 10, now: Date.now };
    await expect(createQuotaLedger(deps).reserve(1, Infinity)).rejects.toMatchObject({
      name: 'ServiceError',
      code: 'ResourceNotFoundException',
    });
  });
});

describe('in memory', () => {
  describeQuotaLedger(async () => {
    const clock = createClock();
    const ledger = createFakeLedger(10);
    return { ...clock, open: () => ledger.open(clock.now) };
  });
});
