import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetWorkGroupCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { BatchDetectSentimentCommand, ComprehendClient } from '@aws-sdk/client-comprehend';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { composeApi } from '../../../api/compose.ts';
import { rowOf } from '../../../aws/dynamodb/jobs/row.ts';
import { aJob } from '../../support/jobs.ts';

const VARIABLES: Record<string, string> = {
  CACHE_TABLE: 'the-cache',
  CACHE_TTL_SECONDS: '1111',
  CACHE_MEMORY_ENTRIES: '100',
  ANALYZER: 'comprehend',
  ANALYZER_MAX_IN_FLIGHT: '2',
  DEFAULT_LANGUAGE: 'fr',
  STREAM_NAME: 'the-stream',
  RESULTS_TABLE: 'the-results',
  JOBS_TABLE: 'the-jobs',
  INPUT_BUCKET: 'the-inputs',
  ATHENA_WORKGROUP: 'the-group',
  ATHENA_DATABASE: 'the-lake',
  LAKE_BUFFER_SECONDS: '90',
  ANALYZER_QUOTA_CALLS_PER_SECOND: '40',
  JOB_DEADLINE_SECONDS: '2222',
  JOB_RETENTION_SECONDS: '3333',
  UPLOAD_URL_TTL_SECONDS: '444',
  CALLBACK_ALLOW_LOOPBACK: 'false',
};

const [athena, comprehend, dynamodb, kinesis, s3] = [
  mockClient(AthenaClient),
  mockClient(ComprehendClient),
  mockClient(DynamoDBClient),
  mockClient(KinesisClient),
  mockClient(S3Client),
];

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  }
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  for (const mock of [athena, comprehend, dynamodb, kinesis, s3]) mock.reset();
  comprehend.on(BatchDetectSentimentCommand).callsFake(({ TextList }: { TextList: string[] }) => ({
    ResultList: TextList.map((_, Index) => ({
      Index,
      Sentiment: 'POSITIVE',
      SentimentScore: { Positive: 0.9, Negative: 0.05, Neutral: 0.03, Mixed: 0.02 },
    })),
    ErrorList: [],
  }));
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: {}, UnprocessedKeys: {} });
  dynamodb.on(BatchWriteItemCommand).resolves({ UnprocessedItems: {} });
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  s3.on(PutObjectCommand).resolves({});
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Sends a request as the tenant `acme`. */
function request(path: string, body?: unknown, api = composeApi(VARIABLES)) {
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const requestContext = { requestId: 'request-1', authorizer: { tenant: 'acme' } };
  return api.request(path, init, { requestContext });
}

/** Returns the job that the API wrote to the jobs table. */
function findJob() {
  const [call] = dynamodb.commandCalls(PutItemCommand);
  expect(call?.args[0].input.TableName).toBe('the-jobs');
  return unmarshall(call!.args[0].input.Item!);
}

it('the API keeps verdicts in its cache table for CACHE_TTL_SECONDS, and analyzes short texts in DEFAULT_LANGUAGE', async () => {
  const before = Math.floor(Date.now() / 1_000);
  expect((await request('/analyze/sync', { text: 'ok' })).status).toBe(200);
  const [call] = comprehend.commandCalls(BatchDetectSentimentCommand);
  expect(call?.args[0].input.LanguageCode).toBe('fr');
  const [write] = dynamodb.commandCalls(BatchWriteItemCommand);
  const requests = write!.args[0].input.RequestItems!;
  expect(Object.keys(requests)).toEqual(['the-cache']);
  const { expires_at } = unmarshall(requests['the-cache']![0]!.PutRequest!.Item!);
  expect(expires_at - before).toBeGreaterThanOrEqual(1_111);
  expect(expires_at - before).toBeLessThan(1_121);
});

it('the API makes two attempts of a call to Comprehend and to the cache: a caller waits', async () => {
  await request('/analyze/sync', { text: 'I love my cat' });
  const clients = [comprehend.call(0).thisValue, dynamodb.call(0).thisValue] as ComprehendClient[];
  for (const { config } of clients) expect(await config.maxAttempts()).toBe(2);
});

it('the clients of the API give up on a silent service: 2 s to connect, 15 s to answer', async () => {
  await request('/analyze/sync', { text: 'I love my cat' });
  const { config } = comprehend.call(0).thisValue as ComprehendClient;
  const handler = config.requestHandler as unknown as { configProvider: Promise<object> };
  expect(await handler.configProvider).toMatchObject({
    connectionTimeout: 2_000,
    requestTimeout: 15_000,
    throwOnRequestTimeout: true,
  });
});

it('the API keeps CACHE_MEMORY_ENTRIES verdicts in memory', async () => {
  const countReads = async (entries: string) => {
    const api = composeApi({ ...VARIABLES, CACHE_MEMORY_ENTRIES: entries });
    const texts = ['I love my cat', 'I hate the rain'];
    await request('/analyze/batch', { texts }, api);
    dynamodb.resetHistory();
    await request('/analyze/batch', { texts }, api);
    const calls = dynamodb.commandCalls(BatchGetItemCommand);
    return calls.flatMap(({ args }) => args[0].input.RequestItems!['the-cache']!.Keys!).length;
  };
  expect(await countReads('2')).toBe(0);
  expect(await countReads('1')).toBe(1);
});

it('the API logs that analysis is degraded when its cache fails, and still answers', async () => {
  dynamodb.on(BatchGetItemCommand).rejects(Object.assign(new Error('no'), { name: 'Down' }));
  expect((await request('/analyze/sync', { text: 'I love my cat' })).status).toBe(200);
  expect(lines.join('')).toContain('analysis degraded');
  expect(lines.join('')).not.toContain('my cat');
});

it('a job has the deadline of JOB_DEADLINE_SECONDS, expires after JOB_RETENTION_SECONDS, and its input is in INPUT_BUCKET', async () => {
  expect((await request('/analyze/async', { text: 'I love my cat' })).status).toBe(202);
  const job = findJob();
  const created = Date.parse(job.created_at);
  expect(Date.parse(job.deadline_at) - created).toBe(2_222_000);
  expect(job.expires_at).toBe(Math.floor(created / 1_000) + 3_333);
  expect(job.job_id).toMatch(/^job_[0-9a-f]{32}$/);
  const [put] = s3.commandCalls(PutObjectCommand);
  expect(put?.args[0].input).toMatchObject({
    Bucket: 'the-inputs',
    Key: `inputs/${job.job_id}.jsonl`,
  });
});

it('an upload has a URL to INPUT_BUCKET that expires after UPLOAD_URL_TTL_SECONDS', async () => {
  const response = await request('/analyze/async', { upload: { format: 'csv' } });
  const { upload } = (await response.json()) as { upload: { url: string; expires_at: string } };
  const url = new URL(upload.url);
  expect(url.host + url.pathname).toMatch(/^the-inputs\.s3.*\/inputs\/job_[0-9a-f]{32}\.csv$/);
  expect(url.searchParams.get('X-Amz-Expires')).toBe('444');
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-type;host');
  const left = Date.parse(upload.expires_at) - Date.parse(findJob().created_at);
  expect(Math.abs(left - 444_000)).toBeLessThan(5_000);
});

it('the API estimates by ANALYZER_QUOTA_CALLS_PER_SECOND, and reads the samples at most every 10 s', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23) });
  try {
    const api = composeApi(VARIABLES);
    const documents = Array.from({ length: 1_000 }, () => ({ text: 'a' }));
    // The quota is 40 calls per second, and each call analyses 25 documents. The quota therefore
    // allows 1,000 documents per second. The estimate is 2 s, because an estimate is never shorter
    // than the batching window of 2 s.
    const reads: number[] = [];
    for (const seconds of [0, 9, 10]) {
      vi.setSystemTime(Date.UTC(2026, 10, 23, 0, 0, seconds));
      const response = await request('/analyze/async', { documents }, api);
      expect(await response.json()).toMatchObject({
        estimated_completion: new Date(Date.now() + 2_000).toISOString(),
      });
      reads.push(dynamodb.commandCalls(QueryCommand).length);
    }
    expect(reads).toEqual([1, 1, 2]);
  } finally {
    vi.useRealTimers();
  }
});

it('the API takes loopback callbacks only if CALLBACK_ALLOW_LOOPBACK is true', async () => {
  const body = { text: 'a', callback_url: 'http://127.0.0.1:8080/' };
  expect((await request('/analyze/async', body)).status).toBe(400);
  const api = composeApi({ ...VARIABLES, CALLBACK_ALLOW_LOOPBACK: 'true' });
  expect((await request('/analyze/async', body, api)).status).toBe(202);
});

it('POST /records publishes to STREAM_NAME', async () => {
  kinesis.on(PutRecordsCommand).resolves({ Records: [{ ShardId: 's', SequenceNumber: '1' }] });
  const response = await request('/records', { records: [{ source: 's', text: 'a' }] });
  expect(await response.json()).toMatchObject({ accepted: 1 });
  expect(kinesis.commandCalls(PutRecordsCommand)[0]?.args[0].input.StreamName).toBe('the-stream');
});

it('GET /results/{record_id} reads the row of the caller’s tenant from RESULTS_TABLE', async () => {
  expect((await request('/results/r-1')).status).toBe(404);
  const [call] = dynamodb.commandCalls(GetItemCommand);
  expect(call?.args[0].input).toMatchObject({
    TableName: 'the-results',
    Key: { record_key: { S: 'acme#r-1' } },
  });
});

it('GET /status reads the job from JOBS_TABLE', async () => {
  const expires_at = Math.floor(Date.now() / 1_000) + 60;
  const job = aJob({ job_id: 'job_1', expires_at });
  dynamodb.on(GetItemCommand, { TableName: 'the-jobs' }).resolves({ Item: rowOf(job) });
  expect((await request('/status/job_1')).status).toBe(200);
});

it('GET /stats queries ATHENA_DATABASE in ATHENA_WORKGROUP, and is as fresh as LAKE_BUFFER_SECONDS allows', async () => {
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q' });
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
  athena.on(GetQueryResultsCommand).resolves({
    ResultSet: {
      Rows: [{ Data: [{ VarCharValue: 'start' }] }],
      ResultSetMetadata: { ColumnInfo: [{ Name: 'start', Type: 'varchar' }] },
    },
  });
  const response = await request('/stats');
  expect(response.status).toBe(200);
  const { as_of } = (await response.json()) as { as_of: string };
  expect(Math.abs(Date.now() - Date.parse(as_of) - 90_000)).toBeLessThan(5_000);
  const [call] = athena.commandCalls(StartQueryExecutionCommand);
  expect(call?.args[0].input).toMatchObject({
    WorkGroup: 'the-group',
    QueryExecutionContext: { Database: 'the-lake' },
  });
});

it('GET /ready makes one attempt of one cheap call to each dependency', async () => {
  kinesis.on(DescribeStreamSummaryCommand).resolves({});
  s3.on(HeadBucketCommand).resolves({});
  athena.on(GetWorkGroupCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  const response = await request('/ready');
  expect(response.status).toBe(503);
  const { dependencies } = (await response.json()) as { dependencies: { status: string }[] };
  expect(dependencies.filter(({ status }) => status === 'failed')).toMatchObject([
    { name: 'lake_queries', error: 'AccessDenied' },
  ]);
  const named = {
    stream: kinesis.commandCalls(DescribeStreamSummaryCommand)[0]?.args[0].input.StreamName,
    bucket: s3.commandCalls(HeadBucketCommand)[0]?.args[0].input.Bucket,
    group: athena.commandCalls(GetWorkGroupCommand)[0]?.args[0].input.WorkGroup,
    tables: dynamodb.commandCalls(GetItemCommand).map(({ args }) => args[0].input.TableName),
    cache: Object.keys(dynamodb.commandCalls(BatchGetItemCommand)[0]!.args[0].input.RequestItems!),
  };
  expect(named).toEqual({
    stream: 'the-stream',
    bucket: 'the-inputs',
    group: 'the-group',
    tables: ['the-results', 'the-jobs'],
    cache: ['the-cache'],
  });
  const { config } = s3.call(0).thisValue as S3Client;
  expect(await config.maxAttempts()).toBe(1);
});

it('the API logs each answer, and a bug without what its message quotes', async () => {
  const bug = new TypeError('cannot read: private words');
  const api = composeApi(VARIABLES);
  comprehend.on(BatchDetectSentimentCommand).callsFake(() => ({
    get ResultList() {
      throw bug;
    },
  }));
  const response = await request('/analyze/sync', { text: 'private words' }, api);
  expect(response.status).toBe(500);
  const log = lines.join('');
  expect(log).toContain('"message":"bug in the API"');
  expect(log).toContain('"error_name":"TypeError"');
  expect(log).toContain('"message":"request answered"');
  expect(log).toContain('"request_id":"request-1"');
  expect(log).not.toContain('private');
});

it('the API names a request after API Gateway, or else after Lambda, or else by a uuid', async () => {
  const api = composeApi(VARIABLES);
  const idOf = async (bindings: object) =>
    (await api.request('/health', {}, bindings)).headers.get('x-request-id');
  const lambdaContext = { awsRequestId: 'lambda-1' };
  expect(await idOf({ requestContext: { requestId: 'r-1' }, lambdaContext })).toBe('r-1');
  expect(await idOf({ lambdaContext })).toBe('lambda-1');
  expect(await idOf({})).toMatch(/^[0-9a-f-]{36}$/);
});

it.each(Object.keys(VARIABLES))('the API does not start without %s', (name) => {
  expect(() => composeApi({ ...VARIABLES, [name]: undefined })).toThrow(name);
});
