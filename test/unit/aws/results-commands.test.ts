import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createResultsReader } from '../../../aws/dynamodb/results/reader.ts';
import { isReplaceable } from '../../../aws/dynamodb/results/replace.ts';
import { rowOf } from '../../../aws/dynamodb/results/row.ts';
import { createResultsTable } from '../../../aws/dynamodb/results/table.ts';
import type { Result } from '../../../schemas/index.ts';
import { skipPause } from '../../support/endless-loops.ts';
import { aResult } from '../../support/results.ts';

const dynamodb = mockClient(DynamoDBClient);
const NOW_SECONDS = Date.UTC(2026, 10, 23) / 1_000;
const deps = {
  client: dynamodb as unknown as DynamoDBClient,
  table_name: 'results',
  pause: skipPause,
};
const table = createResultsTable({ ...deps, ttl_seconds: 60, now: () => NOW_SECONDS * 1_000 + 5 });
const reader = createResultsReader(deps);
beforeEach(() => {
  dynamodb.reset();
  dynamodb
    .on(BatchExecuteStatementCommand)
    .resolves({ Responses: [{ Error: { Code: 'DuplicateItem' } }] });
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [] } });
  dynamodb.on(PutItemCommand).resolves({});
});

async function replace(fields: Partial<Result>) {
  await table.put([aResult(fields)]);
  const [call] = dynamodb.commandCalls(PutItemCommand);
  const { ExpressionAttributeValues, ...input } = call!.args[0].input;
  return { ...input, values: unmarshall(ExpressionAttributeValues!) };
}

it('a row is replaced only if it is gone, older or expired when it is written', async () => {
  const result = aResult({ record_version: 3 });
  expect(await replace({ record_version: 3 })).toEqual({
    TableName: 'results',
    Item: rowOf(result, NOW_SECONDS + 60),
    ConditionExpression:
      'attribute_not_exists(record_key) OR record_version < :version OR expires_at < :now',
    values: { ':version': 3, ':now': NOW_SECONDS },
  });
});

it('a replay also replaces a row of the same version that an earlier run wrote', async () => {
  expect(await replace({ record_version: 3, analysis_run: 9 })).toMatchObject({
    ConditionExpression: expect.stringMatching(
      / OR \(record_version = :version AND \(attribute_not_exists\(analysis_run\) OR analysis_run < :run\)\)$/,
    ),
    values: { ':version': 3, ':now': NOW_SECONDS, ':run': 9 },
  });
});

it('a row that another consumer has replaced meanwhile counts as written', async () => {
  dynamodb
    .on(PutItemCommand)
    .rejects(Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' }));
  expect(await table.put([aResult()])).toEqual([]);
});

it('a replacement that DynamoDB refuses is returned with its place', async () => {
  dynamodb
    .on(PutItemCommand)
    .rejects(Object.assign(new Error('no'), { name: 'ThrottlingException' }));
  expect(await table.put([aResult()])).toEqual([
    { index: 0, code: 'ThrottlingException', retryable: true, throttled: true },
  ]);
});

it.each([
  ['an older version', { record_version: 1 }, {}, true],
  ['the same version', { record_version: 2 }, {}, false],
  ['a newer version', { record_version: 3 }, {}, false],
  [
    'an earlier run of the version',
    { record_version: 2, analysis_run: 4 },
    { analysis_run: 5 },
    true,
  ],
  ['no run of the version', { record_version: 2 }, { analysis_run: 5 }, true],
  [
    'the same run of the version',
    { record_version: 2, analysis_run: 5 },
    { analysis_run: 5 },
    false,
  ],
  [
    'an earlier run of a newer version',
    { record_version: 3, analysis_run: 4 },
    { analysis_run: 5 },
    false,
  ],
  ['a run of the version, by a first analysis', { record_version: 2, analysis_run: 4 }, {}, false],
])('a row of %s is replaced: %s by %s → %s', (_, before, after, is_replaced) => {
  const row = rowOf(aResult(before), NOW_SECONDS);
  const result = aResult({ record_version: 2, ...after });
  expect(isReplaceable(row, result, NOW_SECONDS)).toBe(is_replaced);
  expect(isReplaceable(row, result, NOW_SECONDS + 1)).toBe(true);
});

it('a result is read by the key of its record, and a record without a row has none', async () => {
  const record = { tenant: 'acme', source: 'tour', record_id: 'r' };
  const result = aResult(record);
  dynamodb.on(GetItemCommand).resolves({ Item: rowOf(result, 1) });
  expect(await reader.get(record)).toEqual(result);
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
    .resolves({ Responses: { results: results.map((result) => rowOf(result, 1)) } });
  const records = ['a', 'b', 'a', 'c'].map((record_id) => ({
    ...{ tenant: 'acme', source: 'tour', record_id },
  }));
  expect(await reader.getMany(records)).toEqual(
    new Map(results.map((result) => [`acme#tour#${result.record_id}`, result])),
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
      },
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
      '#source = :source AND #sentiment = :sentiment AND #language_code = :language_code AND #status <> :withdrawn',
    ExpressionAttributeNames: { '#language_code': 'language_code', '#status': 'status' },
    ExpressionAttributeValues: { ':withdrawn': { S: 'withdrawn' }, ':source': { S: 'tour' } },
  });
  expect(inputs[8]).toMatchObject({
    FilterExpression: '#source = :source AND #status = :status',
    ExpressionAttributeValues: { ':status': { S: 'withdrawn' } },
  });
});

it('a listing shows the newest rows of all partitions in order, and its position is the last one shown', async () => {
  const rows = [3, 1, 5, 2, 4].map((second) =>
    rowOf(aResult({ record_id: `r${second}`, created_at: `2026-11-23T10:00:0${second}.000Z` }), 1),
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
