import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compose } from '../../../../insight/keeper/compose.ts';

const VARIABLES = {
  KEEPER_TABLE: 'the-keeper',
  COUNTS_TABLE: 'the-counts',
  KEEPER_QUEUE_URL: 'https://sqs.example/keeper',
  LAKE_BUCKET: 'the-lake',
  ATHENA_WORKGROUP: 'the-group',
  ATHENA_DATABASE: 'the-database',
  LAKE_MERGE_SECONDS: '300',
  LAKE_RAW_DAYS: '30',
  LAKE_SNAPSHOT_DAYS: '2',
  RETENTION: '{}',
  ENVIRONMENT: 'staging',
};
const NOW = Date.UTC(2026, 10, 27, 12);
const KEY = 'results_raw/2026/11/27/11/a.gz';
const WAITING = marshall({
  ...{ part: 'waiting', item: KEY, days: '2026-11-26', bytes: 1, has_withdrawals: false },
  ...{ found_at: NOW - 600_000, failures: 0, retry_at: 0 },
});

const dynamodb = mockClient(DynamoDBClient);
const athena = mockClient(AthenaClient);
const s3 = mockClient(S3Client);
const sqs = mockClient(SQSClient);

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  }
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  for (const mock of [dynamodb, athena, s3, sqs]) mock.reset();
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: {} });
  dynamodb.on(BatchWriteItemCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q' });
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
  athena.on(GetQueryResultsCommand).resolves({ ResultSet: { Rows: [], ResultSetMetadata: {} } });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const context = { getRemainingTimeInMillis: () => 600_000 } as Context;
const run = (message: object) =>
  compose(VARIABLES)(
    { Records: [{ messageId: 'm', body: JSON.stringify(message) }] } as SQSEvent,
    context,
  );
const announced = {
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'the-lake' }, object: { key: KEY } },
};
const respondWithObject = (content: string | Buffer) => {
  s3.on(HeadObjectCommand).resolves({ ContentLength: content.length });
  s3.on(GetObjectCommand).callsFake(() => ({ Body: Readable.from([content]) }));
};
const readStatements = () =>
  athena.commandCalls(StartQueryExecutionCommand).map(({ args }) => args[0].input);

it('the keeper reads an object of its lake, notes it in its table, and asks its queue to merge after the interval', async () => {
  const line = {
    ...{ tenant: 't', source: 's', record_id: 'r', status: 'analyzed', revision: 1 },
    first_created_at: '2026-11-26T00:00:00.000Z',
  };
  respondWithObject(gzipSync(JSON.stringify(line)));
  expect(await run(announced)).toEqual({ batchItemFailures: [] });
  for (const { args } of s3.commandCalls(GetObjectCommand)) {
    expect(args[0].input).toMatchObject({ Bucket: 'the-lake', Key: KEY });
  }
  const [put] = dynamodb.commandCalls(PutItemCommand);
  expect(put?.args[0].input.TableName).toBe('the-keeper');
  expect(put?.args[0].input.Item).toMatchObject({ days: { S: '2026-11-26' } });
  expect(sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input)).toEqual([
    {
      QueueUrl: 'https://sqs.example/keeper',
      MessageBody: '{"kind":"merge"}',
      DelaySeconds: 300,
    },
  ]);
});

it('an object that Athena could not read is counted in the environment of the deployment', async () => {
  respondWithObject('private words');
  await run(announced);
  const metric = lines.find((line) => line.includes('lake_unreadable_objects'));
  expect(JSON.parse(metric ?? '{}')).toMatchObject({
    ...{ lake_unreadable_objects: 1, environment: 'staging', service: 'keeper' },
  });
  expect(metric).toContain('"Unit":"Count"');
  expect(lines.join('')).toContain('object is unreadable');
  expect(lines.join('')).not.toContain('private');
});

it('the keeper merges in its work group, names its lake, and remembers an object three days longer than S3 keeps it', async () => {
  let is_merged = false;
  dynamodb.on(QueryCommand).callsFake(({ TableName, ExpressionAttributeValues }) => {
    expect(TableName).toBe('the-keeper');
    const is_waiting = ExpressionAttributeValues[':part'].S === 'waiting' && !is_merged;
    return { Items: is_waiting ? [WAITING] : [] };
  });
  dynamodb.on(BatchWriteItemCommand).callsFake(() => {
    is_merged = true;
    return {};
  });
  expect(await run({ kind: 'merge' })).toEqual({ batchItemFailures: [] });
  for (const input of readStatements()) {
    expect(input).toMatchObject({
      WorkGroup: 'the-group',
      QueryExecutionContext: { Database: 'the-database' },
    });
  }
  const sql = readStatements()
    .map(({ QueryString }) => QueryString)
    .join('\n');
  expect(sql).toContain("LOCATION 's3://the-lake/results/'");
  expect(sql).toContain("'vacuum_max_snapshot_age_seconds' = '172800'");
  expect(sql).toContain(`s3://the-lake/${KEY}`);
  const written = dynamodb
    .commandCalls(BatchWriteItemCommand)
    .flatMap(({ args }) => args[0].input.RequestItems?.['the-keeper'] ?? [])
    .map(({ PutRequest }) => PutRequest?.Item);
  expect(written).toContainEqual({
    ...{ part: { S: 'merged' }, item: { S: KEY } },
    expires_at: { N: String(NOW / 1_000 + 33 * 86_400) },
  });
  const metric = lines.find((line) => line.includes('lake_pending_seconds'));
  expect(metric).toContain('"Unit":"Seconds"');
  expect(lines.join('')).toContain('objects merged');
});

it('an object that has waited for less than the interval of the deployment is not merged yet', async () => {
  const Item = { ...WAITING, found_at: { N: String(NOW - 299_000) } };
  dynamodb.on(QueryCommand).resolves({ Items: [Item] });
  await run({ kind: 'merge' });
  expect(readStatements().some(({ QueryString }) => QueryString?.includes('MERGE'))).toBe(false);
  const metric = lines.find((line) => line.includes('lake_pending_seconds'));
  expect(JSON.parse(metric ?? '{}')).toMatchObject({ lake_pending_seconds: 299 });
});

it('two invocations take the lease as different owners', async () => {
  await run({ kind: 'merge' });
  await run({ kind: 'merge' });
  const owners = dynamodb
    .commandCalls(UpdateItemCommand)
    .map(({ args }) => args[0].input)
    .filter(({ ConditionExpression }) => ConditionExpression?.includes('attribute_not_exists'))
    .map(({ ExpressionAttributeValues }) => ExpressionAttributeValues?.[':owner']?.S);
  expect(owners).toHaveLength(2);
  expect(new Set(owners).size).toBe(2);
});

it('the check of the counts reads the counts of the deployment', async () => {
  athena.on(StartQueryExecutionCommand).callsFake(({ QueryString }) => ({
    QueryExecutionId: QueryString.includes('DISTINCT tenant') ? 'tenants' : 'other',
  }));
  athena.on(GetQueryResultsCommand, { QueryExecutionId: 'tenants' }).resolves({
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: [{ Name: 'tenant', Type: 'varchar' }] },
      Rows: [{ Data: [{ VarCharValue: 'tenant' }] }, { Data: [{ VarCharValue: 'acme' }] }],
    },
  });
  await run({ kind: 'check_counts' });
  const tables = dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input.TableName);
  expect(tables).toContain('the-counts');
});

it('a message that fails is given back, and the log says which service failed', async () => {
  dynamodb.on(QueryCommand).rejects(Object.assign(new Error('private words'), { name: 'Down' }));
  expect(await run({ kind: 'merge' })).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
  expect(lines.join('')).toContain('dynamodb: Down');
  expect(lines.join('')).not.toContain('private');
});

it.each(Object.keys(VARIABLES))('the keeper does not start without %s', (name) => {
  expect(() => compose({ ...VARIABLES, [name]: undefined })).toThrow(name);
});
