import {
  createDynamoDb,
  createGateway,
  type Gateway,
  ownerIdentity,
} from '@aurastream/embedded-cloud/testing';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { ResultsPage, ResultsQuery, ResultsReader } from '../../../api/ports.ts';
import { createResultsReader } from '../../../aws/dynamodb/results/reader.ts';
import { createResultsTable } from '../../../aws/dynamodb/results/table.ts';
import { LISTING_INDEXES } from '../../../infra/constructs/tables.ts';
import type { ResultsTable } from '../../../processors/stream/ports.ts';
import { INDEXED_ATTRIBUTES, type Result, recordKey } from '../../../schemas/index.ts';
import { aResult, entryOf, putResults } from '../../support/results.ts';
import { WAIT } from '../../support/wait.ts';
import { describeResultsListing } from '../suites/results-listing.ts';
import { describeResultsTable } from '../suites/results-table.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 0, 0);
const TTL_SECONDS = 86_400;
const table_name = 'results';
/** The tenant and the source of `aResult`. */
const SOURCE = { tenant: 'default', source: 'app_reviews' };

let gateway: Gateway;
let client: DynamoDBClient;
let table: ResultsTable;
let reader: ResultsReader;
let count = 0;
const newId = () => `id-${count++}`;
const many = (length: number, fields: (i: number) => Partial<Result> = () => ({})) =>
  Array.from({ length }, (_, i) => aResult({ record_id: newId(), ...fields(i) }));

function openTable(deps: { now?: () => number; client?: Pick<DynamoDBClient, 'send'> } = {}) {
  return createResultsTable({
    client,
    table_name,
    ttl_seconds: TTL_SECONDS,
    now: () => NOW,
    pause: async () => {},
    ...deps,
  });
}

beforeAll(async () => {
  gateway = createGateway({
    services: [await createDynamoDb({ now: () => NOW })],
    findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'secret'),
    policiesOf: () => [],
    now: Date.now,
  });
  const { port } = await gateway.listen(0);
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  await createTable();
  table = openTable();
  reader = createResultsReader({ client, table_name, now: () => NOW });
});
afterEach(() => {
  gateway.faults.clear();
  gateway.meter.reset();
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
});

async function createTable(): Promise<void> {
  const names = ['record_key', 'listing_key', 'created_sort', 'arrival_sort'];
  await client.send(
    new CreateTableCommand({
      TableName: table_name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'record_key', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: Object.entries(LISTING_INDEXES).map(([IndexName, sort_key]) => ({
        IndexName,
        KeySchema: [
          { AttributeName: 'listing_key', KeyType: 'HASH' },
          { AttributeName: sort_key, KeyType: 'RANGE' },
        ],
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: INDEXED_ATTRIBUTES,
        },
      })),
    }),
  );
  await vi.waitFor(async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table_name }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  }, WAIT);
}

/** Returns how often the code called each action since the test began. */
function calls(): Record<string, number> {
  return Object.fromEntries(
    gateway.meter.read().entries.map((entry) => [entry.action, entry.calls]),
  );
}

/** Returns a result as the table stores it on its first write. */
function storedAt(result: Result): Result {
  return { ...result, first_created_at: result.created_at, revision: NOW };
}

async function rowOf(record_id: string) {
  const Key = { record_key: { S: recordKey({ ...SOURCE, record_id }) } };
  return (await client.send(new GetItemCommand({ TableName: table_name, Key }))).Item;
}

/** Puts results. A withdrawal is only listed if its record came before. */
async function putListed(results: Result[]): Promise<void> {
  const withdrawn = results.filter(({ status }) => status === 'withdrawn');
  const before = withdrawn.map((one) => ({
    ...one,
    ...{ status: 'empty' as const, stamp: one.stamp - 1 },
  }));
  expect(await putResults(table, [...before, ...results])).toEqual([]);
}

describeResultsListing(() => ({ reader, put: putListed }), { runs: 12 });

describeResultsTable(() => ({ table, get: reader.get }), { runs: 25 });

it('The results table writes new results with 25 per call and makes no other call', async () => {
  expect(await putResults(table, many(60))).toEqual([]);
  expect(calls()).toEqual({ BatchExecuteStatement: 3 });
});

it('The results table reads present versions with 100 per call, and writes nothing for a redelivery', async () => {
  const results = many(120);
  await putResults(table, results);
  gateway.meter.reset();
  expect(await putResults(table, results)).toEqual([]);
  expect(calls()).toEqual({ BatchExecuteStatement: 5, BatchGetItem: 2 });
});

it('The results table writes results one by one only if they replace a lower version', async () => {
  const results = many(10);
  await putResults(table, results);
  gateway.meter.reset();
  const again = results.map((result, i) => ({ ...result, record_version: i < 3 ? 1 : 0 }));
  await putResults(table, again);
  expect(calls()).toEqual({ BatchExecuteStatement: 1, BatchGetItem: 1, PutItem: 3 });
});

it('A withdrawal of a record that never came is in no listing', async () => {
  const { text: _, ...bare } = aResult({ record_id: newId(), status: 'withdrawn' });
  await putResults(table, [bare]);
  const row = await rowOf(bare.record_id);
  expect(row).toMatchObject({ status: { S: 'withdrawn' } });
  for (const name of ['listing_key', 'created_sort', 'arrival_sort', 'first_created_at']) {
    expect(row).not.toHaveProperty(name);
  }
});

it('The results table gives a row its keys and its expiry', async () => {
  const [result] = many(1);
  await putResults(table, [result!]);
  const row = await rowOf(result!.record_id);
  expect(row?.listing_key?.S).toMatch(/^default#\d{1,2}$/);
  const { record_id, arrived_at } = result!;
  expect(row?.created_sort?.S).toBe(`2026-11-23T10:00:00.000Z#app_reviews#${record_id}`);
  expect(row?.arrival_sort?.S).toBe(`${arrived_at}#app_reviews#${record_id}`);
  expect(row?.expires_at?.N).toBe(String(NOW / 1_000 + TTL_SECONDS));
});

it('The results table leaves out a text that is too long for an item', async () => {
  const [long, short] = many(2, (i) => ({ text: 'é'.repeat(i === 0 ? 200_000 : 100_000) }));
  expect(await putResults(table, [long!, short!])).toEqual([]);
  const { text, ...rest } = long!;
  expect(await reader.get(long!)).toEqual(storedAt(rest));
  expect((await reader.get(short!))?.text).toBe(short!.text);
  expect(text).toBeDefined();
});

it('The results table keeps a newer version that another writer puts between read and write', async () => {
  const [result] = many(1);
  await putResults(table, [result!]);
  const racing = openRacing(() => putResults(table, [{ ...result!, record_version: 7 }]));
  const [answer] = await racing.put([entryOf({ ...result!, record_version: 5 })]);
  expect(answer).toMatchObject({ outcome: 'not_newer', row: { record_version: 7 } });
  expect((await reader.get(result!))?.record_version).toBe(7);
});

it('The results table replaces what another writer puts between read and write, if that is older', async () => {
  const [result] = many(1);
  await putResults(table, [result!]);
  const racing = openRacing(() => putResults(table, [{ ...result!, record_version: 5 }]));
  const [answer] = await racing.put([entryOf({ ...result!, record_version: 7 })]);
  expect(answer).toMatchObject({ row: { record_version: 7 } });
  const row = await reader.get(result!);
  expect(row).toMatchObject({ record_version: 7, revision: NOW + 2 });
});

/** Opens the table for a writer before whose first single put another writer takes `action`. */
const openRacing = (action: () => Promise<unknown>) => {
  let is_first = true;
  const send = async (command: never) => {
    if ((command as object) instanceof PutItemCommand && is_first) {
      is_first = false;
      await action();
    }
    return client.send(command);
  };
  return openTable({ client: { send } as never });
};

it.each([
  ['an analysis run keeps a later run', 20, 10, 20],
  ['an analysis run keeps an earlier run out', 10, 20, 20],
  ['a first analysis keeps a replay', 20, undefined, 20],
  ['a replay replaces a first analysis', undefined, 20, 20],
])('Of two analyses of a version that race, %s', async (_, other_run, own_run, expected) => {
  const [old] = many(1);
  await putResults(table, [old!]);
  const of = (analysis_run: number | undefined) => ({
    ...old!,
    ...{ record_version: 1, text_hash: 'another' },
    ...(analysis_run === undefined ? {} : { analysis_run }),
  });
  const racing = openRacing(() => putResults(table, [of(other_run)]));
  expect(await putResults(racing, [of(own_run)])).toEqual([]);
  expect((await reader.get(old!))?.analysis_run).toBe(expected);
});

it('The results table writes a row that is deleted between read and write', async () => {
  const [old] = many(1);
  await putResults(table, [old!]);
  const Key = { record_key: { S: recordKey(old!) } };
  const racing = openRacing(() =>
    client.send(new DeleteItemCommand({ TableName: table_name, Key })),
  );
  const newer = { ...old!, record_version: 1 };
  expect(await putResults(racing, [newer])).toEqual([]);
  expect(await reader.get(old!)).toEqual(storedAt(newer));
});

it('Rows that have expired and that DynamoDB has not deleted yet are read in no way', async () => {
  const [result] = many(1, () => ({ tenant: 'expiring' }));
  await putListed([result!]);
  const { tenant, source } = result!;
  const query: ResultsQuery = { tenant, source, order: 'created_at', limit: 10 };
  for (const [ms, found] of [
    [-1_000, 1],
    [0, 0],
  ] as const) {
    const now = () => NOW + TTL_SECONDS * 1_000 + ms;
    const later = createResultsReader({ client, table_name, now });
    expect([...(await later.getMany([result!])).keys()]).toHaveLength(found);
    expect((await later.get(result!)) === undefined).toBe(found === 0);
    expect((await later.list(query)).results).toHaveLength(found);
    expect((await later.list({ ...query, has_texts: true })).results).toHaveLength(found);
  }
  expect(
    (
      await client.send(
        new GetItemCommand({
          TableName: table_name,
          Key: { record_key: { S: recordKey(result!) } },
        }),
      )
    ).Item,
  ).toBeDefined();
});

it('The results table replaces an expired row that is still present', async () => {
  const [result] = many(1, () => ({ record_version: 3 }));
  await putResults(table, [result!]);
  const later = NOW + TTL_SECONDS * 1_000 + 5_000;
  expect(await putResults(openTable({ now: () => later }), [result!])).toEqual([]);
  const row = await rowOf(result!.record_id);
  expect(row?.expires_at?.N).toBe(String(later / 1_000 + TTL_SECONDS));
});

const fault = (action: string, rest: object) =>
  gateway.faults.add({ service: 'dynamodb', action, ...rest } as never);

it('The results table sends only unprocessed items again', async () => {
  const results = many(50);
  fault('BatchExecuteStatement', { kind: 'partial', share: 0.3, count: 3, seed: 1 });
  expect(await putResults(table, results)).toEqual([]);
  const rows = await reader.getMany(results);
  expect(rows.size).toBe(50);
  expect(rows.get(recordKey(results[0]!))).toEqual(storedAt(results[0]!));
});

it('The results table returns only the results that it could not write in any round', async () => {
  const results = many(25);
  fault('BatchExecuteStatement', { kind: 'partial', share: 0.5, seed: 2 });
  const failures = await putResults(table, results);
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures) {
    expect(failure).toMatchObject({
      code: 'ProvisionedThroughputExceeded',
      retryable: true,
      throttled: true,
    });
  }
  gateway.faults.clear();
  const rows = await reader.getMany(results);
  const failed = new Set(failures.map(({ index }) => index));
  for (const [i, { record_id }] of results.entries()) {
    expect(rows.has(recordKey({ ...SOURCE, record_id }))).toBe(!failed.has(i));
  }
});

it('A failed call to the results table fails only the results of that call', async () => {
  fault('BatchExecuteStatement', { kind: 'throttle', count: 1 });
  const failures = await putResults(table, many(60));
  expect([25, 10]).toContain(failures.length);
  expect(failures[0]).toMatchObject({ throttled: true, retryable: true });
});

it('The results table reads unprocessed keys again', async () => {
  const results = many(40);
  await putResults(table, results);
  fault('BatchGetItem', { kind: 'partial', share: 0.5, count: 2, seed: 3 });
  const newer = results.map((result) => ({ ...result, record_version: 1 }));
  expect(await putResults(table, newer)).toEqual([]);
  expect(calls().BatchGetItem).toBe(3);
  const rows = await reader.getMany(results);
  expect(new Set([...rows.values()].map((row) => row.record_version))).toEqual(new Set([1]));
});

it('The results table returns results whose read or write fails', async () => {
  const [first, second] = many(2);
  await putResults(table, [first!, second!]);
  fault('BatchGetItem', { kind: 'error', code: 'InternalServerError', status: 500, count: 1 });
  const again = [first!, { ...second!, record_version: 1 }];
  expect(await putResults(table, again)).toMatchObject([{ index: 0 }, { index: 1 }]);
  fault('PutItem', { kind: 'throttle', count: 1 });
  expect(await putResults(table, again)).toMatchObject([{ index: 1, throttled: true }]);
});

it('The results table holds the highest version of each record once failed results are put again', async () => {
  const step = fc.record({
    record: fc.integer({ min: 0, max: 2 }),
    record_version: fc.integer({ min: 0, max: 3 }),
    fault: fc.constantFrom('none', 'BatchExecuteStatement', 'BatchGetItem', 'PutItem'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const ids = [newId(), newId(), newId()];
      const highest = new Map<string, number>();
      for (const { record, record_version, fault: action } of steps) {
        const record_id = ids[record]!;
        highest.set(record_id, Math.max(record_version, highest.get(record_id) ?? 0));
        if (action !== 'none') fault(action, { kind: 'throttle', count: 1 });
        const result = aResult({ record_id, record_version });
        const failures = await putResults(table, [result]);
        gateway.faults.clear();
        if (failures.length > 0) expect(await putResults(table, [result])).toEqual([]);
      }
      for (const [record_id, record_version] of highest) {
        expect(await reader.get({ ...SOURCE, record_id })).toMatchObject({ record_version });
      }
    }),
    { numRuns: 20 },
  );
});

const minute = (i: number) => new Date(NOW + i * 60_000).toISOString();

async function source(length: number): Promise<string> {
  const name = `source-${count++}`;
  await putResults(
    table,
    many(length, (i) => ({ source: name, created_at: minute(i) })),
  );
  return name;
}
async function pages(query: Omit<ResultsQuery, 'order'>): Promise<ResultsPage['results'][]> {
  const found: ResultsPage['results'][] = [];
  let after: string | undefined;
  do {
    const page = await reader.list({ order: 'created_at', ...query, after });
    found.push(page.results);
    after = page.next;
  } while (after !== undefined);
  return found;
}
const times = (results: ResultsPage['results']) => results.map(({ created_at }) => created_at);
const newestFirst = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => minute(to - 1 - i));

it('A listing of a source has each result once over any pages, newest first', async () => {
  const name = await source(53);
  for (const limit of [1, 7, 10, 53, 100]) {
    const found = await pages({ tenant: 'default', source: name, limit });
    expect(times(found.flat())).toEqual(newestFirst(0, 53));
    expect(found.every((page) => page.length <= limit)).toBe(true);
    // After a full page, the listing looks ahead once, so the last page may be empty.
    const full = found.at(-1)?.length === 0 ? found.slice(0, -1) : found;
    expect(full).toHaveLength(Math.ceil(53 / limit));
  }
});

it('A listing of a source has each of several results of the same time once', async () => {
  const name = `source-${count++}`;
  const results = many(20, () => ({ source: name }));
  await putResults(table, results);
  const found = (await pages({ tenant: 'default', source: name, limit: 3 })).flat();
  expect(found.map(({ record_id }) => record_id).sort()).toEqual(
    results.map(({ record_id }) => record_id).sort(),
  );
});

it('A listing of a source includes its start time and excludes its end time, in any time zone', async () => {
  const name = await source(20);
  const [page] = await pages({
    tenant: 'default',
    source: name,
    from: minute(5),
    to: '2026-11-23T12:12:00+02:00',
    limit: 50,
  });
  expect(times(page!)).toEqual(newestFirst(5, 12));
});

it('A listing of a source has no results of other sources, and none of a time that ends before it begins', async () => {
  await source(2);
  const none = { tenant: 'default', source: 'none', order: 'created_at', limit: 5 } as const;
  expect(await reader.list(none)).toEqual({ results: [] });
  const empty = { ...none, from: minute(5), to: minute(4) };
  expect(await reader.list(empty)).toEqual({ results: [] });
});

it('A page with texts ends before an answer of Lambda is full, and the next page goes on', async () => {
  const tenant = `long-${count++}`;
  await putResults(
    table,
    many(40, (i) => ({ tenant, text: 'a'.repeat(250_000), created_at: minute(i) })),
  );
  const found = await pages({ tenant, limit: 200, has_texts: true });
  expect(times(found.flat())).toEqual(newestFirst(0, 40));
  for (const page of found) expect(JSON.stringify(page).length).toBeLessThan(6e6);
  expect(found.length).toBeLessThanOrEqual(4);
});

it('A look-up of an unknown record finds nothing', async () => {
  expect(await reader.get({ ...SOURCE, record_id: 'unknown' })).toBeUndefined();
  expect(await reader.getMany([{ ...SOURCE, record_id: 'unknown' }])).toEqual(new Map());
  expect(await reader.getMany([])).toEqual(new Map());
});

it('A look-up of many records reads each key once, and reads unprocessed keys again', async () => {
  const results = many(130);
  await putResults(table, results);
  gateway.faults.add({ service: 'dynamodb', action: 'BatchGetItem', kind: 'partial', count: 2 });
  const rows = await reader.getMany([...results, ...results]);
  expect(rows.size).toBe(130);
});
