import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createResultsReader } from '../../../aws/dynamodb/results/reader.ts';
import { createResultsTable } from '../../../aws/dynamodb/results/table.ts';
import type { Result } from '../../../schemas/index.ts';
import { skipPause } from '../../support/endless-loops.ts';
import { aResult, asStored, entryOf, putResults, rowFor } from '../../support/results.ts';

const dynamodb = mockClient(DynamoDBClient);
const NOW_SECONDS = Date.UTC(2026, 10, 23) / 1_000;
const deps = {
  client: dynamodb as unknown as DynamoDBClient,
  table_name: 'results',
  pause: skipPause,
};
const table = createResultsTable({ ...deps, ttl_seconds: 60, now: () => NOW_SECONDS * 1_000 + 5 });
const reader = createResultsReader({ ...deps, now: () => NOW_SECONDS * 1_000 });
beforeEach(() => {
  dynamodb.reset();
  dynamodb
    .on(BatchExecuteStatementCommand)
    .resolves({ Responses: [{ Error: { Code: 'DuplicateItem' } }] });
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [] } });
  dynamodb.on(PutItemCommand).resolves({});
});

/** Lets the table read this row, and returns the put that replaces it. */
async function replace(row: ReturnType<typeof rowFor> | undefined, result: Result) {
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: row ? [row] : [] } });
  expect(await putResults(table, [result])).toEqual([]);
  const [call] = dynamodb.commandCalls(PutItemCommand);
  return call!.args[0].input;
}

const newer = aResult({ record_version: 1 });

it('a row is replaced only if it still has the revision that was read', async () => {
  const read = rowFor(aResult({ revision: 7 }), NOW_SECONDS + 9);
  const { Item, ...condition } = await replace(read, newer);
  expect(condition).toEqual({
    TableName: 'results',
    ConditionExpression: 'revision = :read',
    ExpressionAttributeValues: { ':read': { N: '7' } },
  });
  const revision = NOW_SECONDS * 1_000 + 5;
  expect(Item).toEqual(rowFor({ ...newer, revision, replaced_revision: 7 }, NOW_SECONDS + 60));
});

it('a row of a source with retention expires days after its acceptance, and a withdrawn row when others do', async () => {
  const stamp = (NOW_SECONDS - 3 * 86_400) * 1_000;
  const short = createResultsTable({
    ...{ ...deps, ttl_seconds: 60, now: () => NOW_SECONDS * 1_000 },
    findRetention: (tenant, source) => (`${tenant}/${source}` === 'acme/short' ? 2 : undefined),
  });
  dynamodb.on(BatchExecuteStatementCommand).callsFake(({ Statements }) => ({
    Responses: (Statements as unknown[]).map(() => ({})),
  }));
  const expiryOf = async (fields: Partial<Result>) => {
    dynamodb.resetHistory();
    const result = aResult({ tenant: 'acme', source: 'short', stamp, ...fields });
    expect(await putResults(short, [result])).toEqual([]);
    const { Statement = '', Parameters = [] } = dynamodb.commandCalls(
      BatchExecuteStatementCommand,
    )[0]!.args[0].input.Statements![0]!;
    const names = [...Statement.matchAll(/'(\w+)': \?/g)].map(([, name]) => name);
    return Number(Parameters[names.indexOf('expires_at')]?.N) - NOW_SECONDS;
  };
  // A record that is put back after its time is over does not begin its time anew.
  expect(await expiryOf({})).toBe(-86_400);
  expect(await expiryOf({ stamp: NOW_SECONDS * 1_000 })).toBe(2 * 86_400);
  expect(await expiryOf({ source: 'other' })).toBe(60);
  expect(await expiryOf({ status: 'withdrawn' })).toBe(60);
});

it('a revision rises above the one that was read, also if the clock is behind', async () => {
  const read = rowFor(aResult({ revision: 9e12 }), NOW_SECONDS + 9);
  expect((await replace(read, newer)).Item?.revision).toEqual({ N: '9000000000001' });
});

it('a row that is gone is written only if there is still none', async () => {
  expect(await replace(undefined, newer)).toMatchObject({
    ConditionExpression: 'attribute_not_exists(record_key)',
  });
});

it('a row that another consumer has changed meanwhile is read again, and decided on again', async () => {
  const rows = [0, 5].map((record_version) =>
    rowFor(aResult({ record_version, revision: record_version + 1 }), NOW_SECONDS + 9),
  );
  dynamodb
    .on(BatchGetItemCommand)
    .resolvesOnce({ Responses: { results: [rows[0]!] } })
    .resolves({ Responses: { results: [rows[1]!] } });
  dynamodb
    .on(PutItemCommand)
    .rejects(Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' }));
  const [answer] = await table.put([entryOf(newer)]);
  expect(answer).toMatchObject({ outcome: 'not_newer', row: { record_version: 5 } });
  const reads = dynamodb.commandCalls(BatchGetItemCommand);
  expect(reads.map(({ args }) => args[0].input.RequestItems!.results!.ConsistentRead)).toEqual([
    true,
    true,
  ]);
});

it('a row that changes before each of eight writes is given up, and may be put again', async () => {
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [rowFor(aResult())] } });
  dynamodb
    .on(PutItemCommand)
    .rejects(Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' }));
  expect(await putResults(table, [newer])).toEqual([
    { index: 0, code: 'RowChangesTooOften', retryable: true, throttled: false },
  ]);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(8);
});

it('a replacement that DynamoDB refuses is returned with its place', async () => {
  dynamodb
    .on(PutItemCommand)
    .rejects(Object.assign(new Error('no'), { name: 'ThrottlingException' }));
  expect(await putResults(table, [aResult()])).toEqual([
    { index: 0, code: 'ThrottlingException', retryable: true, throttled: true },
  ]);
});

it('a result is read by the key of its record, and a record without a row has none', async () => {
  const record = { tenant: 'acme', source: 'tour', record_id: 'r' };
  const result = aResult(record);
  dynamodb.on(GetItemCommand).resolves({ Item: rowFor(result) });
  expect(await reader.get(record)).toEqual(asStored(result));
  expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input).toEqual({
    TableName: 'results',
    Key: { record_key: { S: 'acme#tour#r' } },
  });
  dynamodb.on(GetItemCommand).resolves({});
  expect(await reader.get(record)).toBeUndefined();
});

it('many results are read by their keys, each once, and come by the keys of their records', async () => {
  const results = ['a', 'b'].map((record_id) =>
    aResult({ tenant: 'acme', source: 'tour', record_id }),
  );
  dynamodb
    .on(BatchGetItemCommand)
    .resolves({ Responses: { results: results.map((result) => rowFor(result)) } });
  const records = ['a', 'b', 'a', 'c'].map((record_id) => ({
    ...{ tenant: 'acme', source: 'tour', record_id },
  }));
  expect(await reader.getMany(records)).toEqual(
    new Map(results.map((result) => [`acme#tour#${result.record_id}`, asStored(result)])),
  );
  expect(dynamodb.commandCalls(BatchGetItemCommand)[0]?.args[0].input.RequestItems).toEqual({
    results: { Keys: ['a', 'b', 'c'].map((id) => ({ record_key: { S: `acme#tour#${id}` } })) },
  });
});

it('a listing asks each partition of the tenant for its newest rows, of all times by default', async () => {
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  const query = { tenant: 'acme', order: 'arrived_at', limit: 1 } as const;
  expect(await reader.list({ ...query, has_withdrawn: true })).toEqual({ results: [] });
  const inputs = dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input);
  expect(inputs).toEqual(
    Array.from({ length: 32 }, (_, shard) => ({
      TableName: 'results',
      IndexName: 'by_arrival',
      KeyConditionExpression: 'listing_key = :key AND arrival_sort BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ...{ ':key': { S: `acme#${shard}` }, ':from': { S: '!' }, ':to': { S: '~' } },
        ':now': { N: String(NOW_SECONDS) },
      },
      FilterExpression: '#expires_at > :now',
      ExpressionAttributeNames: { '#expires_at': 'expires_at' },
      ScanIndexForward: false,
      Limit: 3,
      ExclusiveStartKey: undefined,
    })),
  );
});

it('a listing leaves the choice of rows to DynamoDB, and withdrawn records out', async () => {
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  const query = { tenant: 'acme', order: 'created_at', limit: 1, source: 'tour' } as const;
  await reader.list({ ...query, sentiment: 'MIXED', language: 'de' });
  await reader.list({ ...query, status: 'withdrawn' });
  const inputs = dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input);
  expect(inputs).toHaveLength(16);
  expect(inputs[0]).toMatchObject({
    IndexName: 'by_created',
    FilterExpression:
      '#source = :source AND #sentiment = :sentiment AND #language_code = :language_code AND #status <> :withdrawn AND #expires_at > :now',
    ExpressionAttributeNames: { '#language_code': 'language_code', '#status': 'status' },
    ExpressionAttributeValues: { ':withdrawn': { S: 'withdrawn' }, ':source': { S: 'tour' } },
  });
  expect(inputs[8]).toMatchObject({
    FilterExpression: '#source = :source AND #status = :status AND #expires_at > :now',
    ExpressionAttributeValues: { ':status': { S: 'withdrawn' } },
  });
});

it('a listing shows the newest rows of all partitions in order, and its position is the last one shown', async () => {
  const rows = [3, 1, 5, 2, 4].map((second) =>
    rowFor(aResult({ record_id: `r${second}`, created_at: `2026-11-23T10:00:0${second}.000Z` })),
  );
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues: { ':key': key } }) => ({
    Items: rows
      .filter(({ listing_key }) => listing_key?.S === key.S)
      .sort((a, b) => (a.created_sort!.S! < b.created_sort!.S! ? 1 : -1)),
  }));
  const list = (limit: number) =>
    reader.list({ tenant: 'default', source: 'app_reviews', order: 'created_at', limit });
  const page = await list(3);
  expect(page.results.map(({ record_id }) => record_id)).toEqual(['r5', 'r4', 'r3']);
  expect(page.next).toBe('2026-11-23T10:00:03.000Z#app_reviews#r3');
  expect(await list(5)).not.toHaveProperty('next');
});

it.each([
  '2026-11-23T10:00:00.000Z',
  'x2026-11-23T10:00:00.000Z#s#r',
  '2026-11-23T10:00:00.000Z#s#r r',
  '2026-11-23T10:00:00.000Z#s#',
  '2026-11-23T10:00:00.000Z##r',
  '26-11-23T10:00:00.000Z#s#r',
  '',
])('a position of another listing is refused: %s', async (after) => {
  const query = { tenant: 'acme', order: 'created_at', limit: 1, after } as const;
  await expect(reader.list(query)).rejects.toBeInstanceOf(RangeError);
});

it('a row that has expired is not there, also while DynamoDB has not deleted it', async () => {
  const now = Date.UTC(2026, 10, 23);
  const dated = createResultsReader({ ...deps, now: () => now });
  for (const [expires_at, is_there] of [
    [now / 1_000 - 1, false],
    [now / 1_000, false],
    [now / 1_000 + 1, true],
  ] as const) {
    const row = rowFor(aResult(), expires_at);
    dynamodb.on(GetItemCommand).resolves({ Item: row });
    dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [row] } });
    expect((await dated.get(aResult())) !== undefined).toBe(is_there);
    expect((await dated.getMany([aResult()])).size).toBe(is_there ? 1 : 0);
  }
});
