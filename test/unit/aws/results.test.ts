import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createResultsReader } from '../../../aws/dynamodb/results/reader.ts';
import { listingKeys } from '../../../aws/dynamodb/results/row.ts';
import { createResultsTable } from '../../../aws/dynamodb/results/table.ts';
import { recordKey } from '../../../schemas/index.ts';
import { skipPause } from '../../support/endless-loops.ts';
import { aResult, asStored, putResults, rowFor } from '../../support/results.ts';

const dynamodb = mockClient(DynamoDBClient);
const NOW = Date.UTC(2026, 10, 23);
const deps = {
  client: dynamodb as unknown as DynamoDBClient,
  table_name: 'results',
  pause: skipPause,
};
const table = createResultsTable({ ...deps, ttl_seconds: 60, now: () => NOW });
const reader = createResultsReader(deps);
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => aResult({ record_id: `r${i}` }));

beforeEach(() => {
  dynamodb.reset();
  dynamodb.on(BatchExecuteStatementCommand).callsFake(({ Statements }) => ({
    Responses: Statements.map(() => ({})),
  }));
  dynamodb.on(PutItemCommand).resolves({});
});

/** Answers the statements of each insert with error codes, by attempt and by record. */
function answerInserts(codeOf: (record_id: string, attempt: number) => string | undefined): void {
  const attempts = new Map<string, number>();
  dynamodb.on(BatchExecuteStatementCommand).callsFake(({ Statements }) => ({
    Responses: Statements.map(({ Parameters }: { Parameters: { S?: string }[] }) => {
      const id = Parameters.find(({ S }) => S !== undefined && /^r\d$/.test(S))!.S!;
      attempts.set(id, (attempts.get(id) ?? 0) + 1);
      const Code = codeOf(id, attempts.get(id)!);
      return Code === undefined ? {} : { Error: { Code } };
    }),
  }));
}

it('the rows of a source are spread over 8 of the 32 partitions of its tenant, by their records', () => {
  const all = listingKeys('default');
  expect(new Set(all).size).toBe(32);
  for (const source of ['app_reviews', 'support', 'a', 'b', 'c']) {
    const rows = many(200).map((result) => rowFor({ ...result, source }));
    const partitions = new Set(rows.map(({ listing_key }) => listing_key?.S));
    expect([...partitions].sort()).toEqual(listingKeys('default', source).sort());
    expect(partitions.size).toBe(8);
    expect(all).toEqual(expect.arrayContaining([...partitions]));
  }
});

it('a row keeps a text of 280,000 bytes, and leaves out one that is a byte longer', () => {
  const textOf = (text: string) => rowFor(aResult({ text })).text?.S;
  for (const text of ['a'.repeat(280_000), 'é'.repeat(140_000)]) expect(textOf(text)).toBe(text);
  for (const text of ['a'.repeat(280_001), `${'é'.repeat(140_000)}a`]) {
    expect(textOf(text)).toBeUndefined();
  }
});

it('a row expires after its time to live, which begins when it is written', async () => {
  await putResults(table, many(1));
  const [call] = dynamodb.commandCalls(BatchExecuteStatementCommand);
  const { Statement, Parameters } = call!.args[0].input.Statements![0]!;
  const names = [...Statement!.matchAll(/'([a-z_]+)': \?/g)].map(([, name]) => name);
  expect(Parameters![names.indexOf('expires_at')]).toEqual({ N: String(NOW / 1_000 + 60) });
  expect(Statement).toMatch(/^INSERT INTO "results" VALUE \{/);
});

it.each(['InternalServerError', 'TransactionConflict', 'ThrottlingError'])(
  'an insert that DynamoDB rejects with %s is sent again, and none of the others',
  async (code) => {
    answerInserts((id, attempt) => (id === 'r1' && attempt === 1 ? code : undefined));
    expect(await putResults(table, many(3))).toEqual([]);
    const calls = dynamodb.commandCalls(BatchExecuteStatementCommand);
    expect(calls.map(({ args }) => args[0].input.Statements!.length)).toEqual([3, 1]);
  },
);

it('an insert that no retry can help is returned at once with its code, and so is no other', async () => {
  answerInserts((id) => (id === 'r2' ? 'ValidationError' : undefined));
  expect(await putResults(table, many(4))).toEqual([
    { index: 2, code: 'ValidationError', retryable: false, throttled: false },
  ]);
  expect(dynamodb.calls()).toHaveLength(1);
});

it('an insert without an answer has failed, and may be put again', async () => {
  dynamodb.on(BatchExecuteStatementCommand).resolves({ Responses: [] });
  expect(await putResults(table, many(1))).toEqual([
    { index: 0, code: 'MissingResponse', retryable: true, throttled: false },
  ]);
  expect(dynamodb.calls()).toHaveLength(5);
});

it('an existing row whose version cannot be read is returned, since it may be older', async () => {
  answerInserts(() => 'DuplicateItem');
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => ({
    UnprocessedKeys: { results: { Keys: RequestItems.results.Keys } },
  }));
  expect(await putResults(table, many(1))).toMatchObject([{ index: 0, code: 'UnprocessedKeys' }]);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(0);
});

it('a row that is deleted between its insert and the read is written', async () => {
  answerInserts(() => 'DuplicateItem');
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [] } });
  expect(await putResults(table, many(1))).toEqual([]);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(1);
});

it('a later analysis of the row replaces it, and an earlier one does not', async () => {
  answerInserts(() => 'DuplicateItem');
  const [result] = many(1);
  const row = rowFor({ ...result!, analysis_run: 20 }, NOW / 1_000 + 9);
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [row] } });
  await putResults(table, [{ ...result!, analysis_run: 10 }]);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(0);
  await putResults(table, [{ ...result!, analysis_run: 21 }]);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(1);
});

it('a row that expires at this second is not replaced yet, and one that expired before is', async () => {
  answerInserts(() => 'DuplicateItem');
  for (const [expires_at, puts] of [
    [NOW / 1_000, 0],
    [NOW / 1_000 - 1, 1],
  ] as const) {
    const [result] = many(1);
    dynamodb
      .on(BatchGetItemCommand)
      .resolves({ Responses: { results: [rowFor(result!, expires_at)] } });
    await putResults(table, [result!]);
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(puts);
  }
});

it('a look-up of many records throws if some of them could not be read', async () => {
  const Keys = [{ record_key: { S: recordKey(many(1)[0]!) } }];
  dynamodb.on(BatchGetItemCommand).resolves({ UnprocessedKeys: { results: { Keys } } });
  await expect(reader.getMany(many(1))).rejects.toMatchObject({
    ...{ name: 'ServiceError', code: 'UnprocessedKeys', retryable: true },
  });
});

const LISTING = { tenant: 'default', source: 'app_reviews', order: 'created_at' } as const;

it('a listing goes on after a page without rows', async () => {
  const row = rowFor(many(1)[0]!);
  const end = { created_sort: { S: '2026-11-24T10:00:00.000Z#app_reviews#r9' } };
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues, ExclusiveStartKey }) => {
    if (ExpressionAttributeValues[':key'].S !== row.listing_key!.S) return { Items: [] };
    return ExclusiveStartKey === undefined
      ? { Items: [], LastEvaluatedKey: end }
      : { Items: [row] };
  });
  const { results } = await reader.list({ ...LISTING, limit: 5 });
  expect(results.map(({ record_id }) => record_id)).toEqual(['r0']);
});

it('a listing reads at most 1.5 times the share of a partition, and one row, per call', async () => {
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  await reader.list({ ...LISTING, limit: 80 });
  const limits = dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input.Limit);
  expect(limits).toEqual(Array.from({ length: 8 }, () => 16));
});

it('a position leads on from a record whose id has every character that an id may have', async () => {
  const ids = ['a.B-1_2:3', '0'];
  const rows = ids.map((record_id) => rowFor(aResult({ record_id })));
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
    const { ':key': key, ':to': to } = ExpressionAttributeValues;
    const isFound = (row: (typeof rows)[number]) =>
      row.listing_key!.S === key.S && row.created_sort!.S! <= to.S;
    return { Items: rows.filter(isFound) };
  });
  const first = await reader.list({ ...LISTING, limit: 1 });
  expect(first.results.map(({ record_id }) => record_id)).toEqual([ids[0]]);
  const second = await reader.list({ ...LISTING, limit: 1, after: first.next });
  expect(second.results.map(({ record_id }) => record_id)).toEqual([ids[1]]);
});

it('the bounds of a listing are compared in UTC, whatever zone they were written in', async () => {
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  const bounds = { from: '2026-11-23T12:00:00+02:00', to: '2026-11-23T12:00:00-02:00' };
  await reader.list({ ...LISTING, limit: 1, ...bounds });
  const [call] = dynamodb.commandCalls(QueryCommand);
  expect(call?.args[0].input.ExpressionAttributeValues).toMatchObject({
    ':from': { S: '2026-11-23T10:00:00.000Z' },
    ':to': { S: '2026-11-23T14:00:00.000Z' },
  });
});

it('a listing that finds nothing for a second says how far it searched, and its next page goes on there', async () => {
  let time = NOW;
  // Each page ends a minute before the page that was read before it.
  const pageAt = (minute: number) => ({
    Items: [],
    LastEvaluatedKey: {
      created_sort: { S: `${new Date(NOW - minute * 60_000).toISOString()}#app_reviews#r1` },
    },
  });
  const minutes = new Map<string, number>();
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
    const key = ExpressionAttributeValues[':key'].S;
    minutes.set(key, (minutes.get(key) ?? 0) + 1);
    time += 50;
    return pageAt(minutes.get(key)!);
  });
  const slow = createResultsReader({ ...deps, now: () => time });
  const page = await slow.list({ ...LISTING, sentiment: 'MIXED', limit: 5 });
  // Three rounds of eight calls take 1,200 ms.
  const searched_until = new Date(NOW - 3 * 60_000).toISOString();
  expect(page).toEqual({
    ...{ results: [], searched_until, next: `${searched_until}#app_reviews#r1` },
  });
  dynamodb.reset();
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  await slow.list({ ...LISTING, sentiment: 'MIXED', limit: 5, after: page.next });
  const [call] = dynamodb.commandCalls(QueryCommand);
  expect(call?.args[0].input.ExpressionAttributeValues?.[':to']).toEqual({ S: page.next });
});

it('a listing that leaves out rows reads larger pages with each call', async () => {
  let calls = 0;
  dynamodb.on(QueryCommand).callsFake(() => {
    calls += 1;
    const created_sort = { S: `${new Date(NOW - calls).toISOString()}#app_reviews#r1` };
    return calls > 32 ? { Items: [] } : { Items: [], LastEvaluatedKey: { created_sort } };
  });
  await reader.list({ ...LISTING, limit: 80 });
  const limits = dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input.Limit);
  expect([...new Set(limits)].slice(0, 4)).toEqual([16, 32, 64, 128]);
});

it('a listing with texts leaves out a row that was withdrawn or replaced after the index was read', async () => {
  const rows = many(3).map((result) => rowFor(result));
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => ({
    Items: rows.filter((row) => row.listing_key!.S === ExpressionAttributeValues[':key'].S),
  }));
  const [same, withdrawn, newer] = many(3);
  const now = [
    same!,
    { ...withdrawn!, status: 'withdrawn' as const },
    { ...newer!, created_at: '2026-11-24T10:00:00.000Z' },
  ];
  dynamodb
    .on(BatchGetItemCommand)
    .resolves({ Responses: { results: now.map((result) => rowFor(result)) } });
  const { results } = await reader.list({ ...LISTING, limit: 5, has_texts: true });
  expect(results).toEqual([asStored(same!)]);
});
