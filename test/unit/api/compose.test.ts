import { randomBytes } from 'node:crypto';
import { ComprehendClient, DetectSentimentCommand } from '@aws-sdk/client-comprehend';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import {
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { composeApi } from '../../../api/compose.ts';
import { RETRY_AFTER } from '../../../api/http/errors.ts';
import { rowOf } from '../../../aws/dynamodb/jobs/row.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { ANALYZERS, hashText, MAX_TEXT_BYTES } from '../../../schemas/index.ts';
import { createFakeQuotaTable } from '../../fakes/quota-table.ts';
import { VARIABLES as OWN_VARIABLES } from '../../support/api-variables.ts';
import { aJob } from '../../support/jobs.ts';
import { aResult, rowFor } from '../../support/results.ts';
import { aPastVersion } from '../../support/versions.ts';

const [comprehend, dynamodb, kinesis, s3, sts] = [
  mockClient(ComprehendClient),
  mockClient(DynamoDBClient),
  mockClient(KinesisClient),
  mockClient(S3Client),
  mockClient(STSClient),
];

const POSITIVE = {
  Sentiment: 'POSITIVE',
  SentimentScore: { Positive: 0.9, Negative: 0.05, Neutral: 0.03, Mixed: 0.02 },
} as const;

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  }
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  for (const mock of [comprehend, dynamodb, kinesis, s3, sts]) mock.reset();
  comprehend.on(DetectSentimentCommand).resolves(POSITIVE);
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: {}, UnprocessedKeys: {} });
  dynamodb.on(BatchWriteItemCommand).resolves({ UnprocessedItems: {} });
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  const quotas = createFakeQuotaTable();
  dynamodb
    .on(UpdateItemCommand)
    .callsFake((input) => quotas.client.send(new UpdateItemCommand(input)));
  s3.on(PutObjectCommand).resolves({});
  sts.on(AssumeRoleCommand).resolves({
    Credentials: {
      ...{ AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't' },
      Expiration: new Date(Date.now() + 3_600_000),
    },
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Sends a request as the tenant `acme`. */
/** Lambda sets the region. */
const VARIABLES: Record<string, string> = { ...OWN_VARIABLES, AWS_REGION: 'eu-west-1' };

function request(path: string, body?: unknown, api = composeApi(VARIABLES)) {
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const requestContext = {
    requestId: 'request-1',
    authorizer: { tenant: 'acme', rights: 'read,publish,jobs' },
  };
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
  const [call] = comprehend.commandCalls(DetectSentimentCommand);
  expect(call?.args[0].input.LanguageCode).toBe('fr');
  const [write] = dynamodb.commandCalls(BatchWriteItemCommand);
  const requests = write!.args[0].input.RequestItems!;
  expect(Object.keys(requests)).toEqual(['the-cache']);
  const { expires_at } = unmarshall(requests['the-cache']![0]!.PutRequest!.Item!);
  expect(expires_at - before).toBeGreaterThanOrEqual(1_111);
  expect(expires_at - before).toBeLessThan(1_121);
});

it('the API takes every language of the analyzer, and no other', async () => {
  const statusOf = async (language_code: string) =>
    (await request('/analyze/sync', { text: 'ok', options: { language_code } })).status;
  for (const code of ANALYZERS.comprehend.languages) expect(await statusOf(code), code).toBe(200);
  expect(await statusOf('nl')).toBe(400);
});

it('the API makes two attempts of a call to the cache, because a caller waits', async () => {
  await request('/analyze/sync', { text: 'I love my cat' });
  const { config } = dynamodb.call(0).thisValue as DynamoDBClient;
  expect(await config.maxAttempts()).toBe(2);
});

it('each attempt of a call to Comprehend takes a slot of the API’s own entry in the quota ledger', async () => {
  comprehend
    .on(DetectSentimentCommand)
    .rejectsOnce(failWith('InternalServerException'))
    .resolves(POSITIVE);
  expect((await request('/analyze/sync', { text: 'I love my cat' })).status).toBe(200);
  const { config } = comprehend.call(0).thisValue as ComprehendClient;
  expect(await config.maxAttempts()).toBe(1);
  expect(comprehend.commandCalls(DetectSentimentCommand)).toHaveLength(2);
  const slots = dynamodb.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);
  expect(slots).toHaveLength(2);
  for (const { TableName, Key } of slots) {
    expect([TableName, Key]).toEqual(['the-quotas', { quota: { S: 'comprehend-sync' } }]);
  }
});

it('the API sends several texts in parallel calls with a text each', async () => {
  const texts = ['I love my cat', 'I hate the rain', 'I love my cat'];
  const body = (await (await request('/analyze/batch', { texts })).json()) as {
    succeeded: number;
  };
  expect(body.succeeded).toBe(3);
  const calls = comprehend.commandCalls(DetectSentimentCommand);
  expect(calls.map(({ args }) => args[0].input.Text).sort()).toEqual(texts.slice(0, 2).sort());
});

it('the API answers 429 with Retry-After at once if the slots of the next eight seconds are taken', async () => {
  const item = {
    quota: 'comprehend-sync',
    next_slot_at: Date.now() + 9_000,
    ...{ calls_per_second: 20, refused_at: 20, changed_at: 0, bulk_queue_at: 0, bulk_due_at: 0 },
  };
  dynamodb.on(UpdateItemCommand).rejects(failWith('ConditionalCheckFailedException'));
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(item) });
  const api = composeApi({ ...VARIABLES, ANALYZER_CALLS_PER_SECOND: '20' });
  const response = await request('/analyze/sync', { text: 'I love my cat' }, api);
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe(String(RETRY_AFTER.out_of_quota));
  expect(await response.json()).toMatchObject({
    error: {
      code: 'RATE_LIMIT_EXCEEDED',
      message: expect.stringContaining('Too many texts wait for the analyzer'),
    },
  });
  expect(comprehend.calls()).toHaveLength(0);
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

const failWith = (name: string) => Object.assign(new Error('no'), { name });

it.each([
  ['its cache fails', 200, () => dynamodb.on(BatchGetItemCommand).rejects(failWith('Down'))],
  [
    'a row of its cache cannot be read',
    200,
    () =>
      dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
        const [key] = RequestItems['the-cache'].Keys;
        return { Responses: { 'the-cache': [{ ...key, schema_version: { N: '0' } }] } };
      }),
  ],
  [
    'Comprehend throttles it',
    429,
    () => comprehend.on(DetectSentimentCommand).rejects(failWith('ThrottlingException')),
  ],
  [
    'the quota ledger fails',
    200,
    () => dynamodb.on(UpdateItemCommand).rejects(failWith('Down')),
    'quota ledger unavailable',
  ],
  [
    'Comprehend fails',
    503,
    () => comprehend.on(DetectSentimentCommand).rejects(failWith('InternalServerException')),
  ],
])('the API logs that analysis is degraded when %s', async (...row) => {
  const [, status, fail, message = 'analysis degraded'] = row;
  fail();
  expect((await request('/analyze/sync', { text: 'I love my cat' })).status).toBe(status);
  expect(lines.join('')).toContain(message);
  expect(lines.join('')).not.toContain('my cat');
});

it('the API logs no degraded analysis when every service answers', async () => {
  await request('/analyze/sync', { text: 'I love my cat' });
  expect(lines.join('')).not.toContain('degraded');
});

it('the API waits for its cache to be written before it answers', async () => {
  await request('/analyze/sync', { text: 'I love my cat' });
  expect(dynamodb.commandCalls(BatchWriteItemCommand)).toHaveLength(1);
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

it('an upload has a URL to INPUT_BUCKET that expires after UPLOAD_URL_TTL_SECONDS, signed by UPLOAD_ROLE_ARN', async () => {
  const response = await request('/analyze/async', { upload: { format: 'csv', size_bytes: 7 } });
  const { upload } = (await response.json()) as { upload: { url: string; expires_at: string } };
  const url = new URL(upload.url);
  expect(url.host + url.pathname).toMatch(/^the-inputs\.s3.*\/inputs\/job_[0-9a-f]{32}\.csv$/);
  expect(url.searchParams.get('X-Amz-Expires')).toBe('444');
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host');
  const left = Date.parse(upload.expires_at) - Date.parse(findJob().created_at);
  expect(Math.abs(left - 444_000)).toBeLessThan(5_000);
  const [call] = sts.commandCalls(AssumeRoleCommand);
  expect(call?.args[0].input.RoleArn).toBe(VARIABLES.UPLOAD_ROLE_ARN);
});

it('an upload has at most MAX_UPLOAD_BYTES', async () => {
  for (const [more, status] of [
    [0, 202],
    [1, 413],
  ] as const) {
    const size_bytes = Number(VARIABLES.MAX_UPLOAD_BYTES) + more;
    const response = await request('/analyze/async', { upload: { format: 'csv', size_bytes } });
    expect(response.status).toBe(status);
  }
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

it('POST /records puts a text that is too long for the stream into INPUT_BUCKET, under the caller’s tenant', async () => {
  kinesis.on(PutRecordsCommand).resolves({ Records: [{ ShardId: 's', SequenceNumber: '1' }] });
  // Random characters compress badly, and JSON writes six bytes for most of the control characters.
  const bytes = randomBytes(MAX_TEXT_BYTES).map((byte) => byte % 128);
  const text = Buffer.from(bytes).toString('latin1');
  const response = await request('/records', { records: [{ source: 's', text }] });
  expect(await response.json()).toMatchObject({ accepted: 1 });
  const [put] = s3.commandCalls(PutObjectCommand);
  expect(put?.args[0].input).toMatchObject({
    Bucket: 'the-inputs',
    Key: `claims/acme/${hashText(text)}`,
  });
});

it('POST /records sends a record at most four times: a caller waits', async () => {
  const refusal = { ErrorCode: 'ProvisionedThroughputExceededException' };
  kinesis.on(PutRecordsCommand).resolves({ FailedRecordCount: 1, Records: [refusal] });
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const record = { record_id: 'r', source: 's', text: 'a' };
  expect(await (await request('/records', { records: [record] })).json()).toMatchObject({
    failed: 1,
    records: [{ status: 'failed', record_id: 'r', error: refusal.ErrorCode }],
  });
  expect(kinesis.commandCalls(PutRecordsCommand)).toHaveLength(4);
});

it('the results of a job are read from its record list in INPUT_BUCKET', async () => {
  const expires_at = Math.floor(Date.now() / 1_000) + 60;
  const submitted = { records: 1, bytes: 1 };
  const Item = rowOf(aJob({ job_id: 'job_1', total: 1, submitted, expires_at }));
  dynamodb.on(GetItemCommand, { TableName: 'the-jobs' }).resolves({ Item });
  s3.on(GetObjectCommand).rejects(failWith('NoSuchKey'));
  const response = await request('/jobs/job_1/results');
  expect(response.status).toBe(404);
  expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toMatchObject({
    Bucket: 'the-inputs',
    Key: `record-lists/job_1/${expires_at}/00000.json.gz`,
  });
});

it('GET /results/{source}/{record_id} reads the row of the caller’s tenant from RESULTS_TABLE', async () => {
  expect((await request('/results/tour/r-1')).status).toBe(404);
  const [call] = dynamodb.commandCalls(GetItemCommand);
  expect(call?.args[0].input).toMatchObject({
    TableName: 'the-results',
    Key: { record_key: { S: 'acme#tour#r-1' } },
  });
});

it('GET /results/{source}/{record_id}/history reads the versions of the caller’s tenant from HISTORY_TABLE', async () => {
  const row = aResult({ tenant: 'acme', source: 'tour', record_id: 'r-1', revision: 8 });
  dynamodb.on(GetItemCommand, { TableName: 'the-results' }).resolves({ Item: rowFor(row) });
  const item = { ...aPastVersion({ revision: 7 }).version, expires_at: 4_102_444_800 };
  dynamodb
    .on(QueryCommand, { TableName: 'the-history' })
    .resolves({ Items: [marshall(item, { removeUndefinedValues: true })] });
  const response = await request('/results/tour/r-1/history');
  expect(await response.json()).toMatchObject({ versions: [{ revision: 8 }, { revision: 7 }] });
  const values = dynamodb.commandCalls(QueryCommand)[0]?.args[0].input.ExpressionAttributeValues;
  expect(values).toEqual({
    ...{ ':key': { S: 'acme#tour#r-1' }, ':before': { S: '0000000000000008' } },
  });
});

it('GET /status reads the job from JOBS_TABLE', async () => {
  const expires_at = Math.floor(Date.now() / 1_000) + 60;
  const job = aJob({ job_id: 'job_1', expires_at });
  dynamodb.on(GetItemCommand, { TableName: 'the-jobs' }).resolves({ Item: rowOf(job) });
  expect((await request('/status/job_1')).status).toBe(200);
});

/** Lets the counts of one partition have a row for the current hour. */
function answerCounts(partition: string, measures: Record<string, number>): void {
  const hour = new Date().toISOString().slice(0, 13);
  const row = { partition, bucket: `${hour}#tour#shard-1`, changed_at: Date.now(), ...measures };
  dynamodb
    .on(QueryCommand, { TableName: 'the-counts' })
    .callsFake(({ ExpressionAttributeValues: values }) => ({
      Items: values[':partition'].S === `${partition}#${hour.slice(0, 7)}` ? [marshall(row)] : [],
    }));
}

it('GET /stats reads COUNTS_TABLE, and bills at the price of the analyzer', async () => {
  answerCounts('acme#created_at#hour', { 'n.en.pos': 2, 'cache.miss': 2, 'units.billed': 30_000 });
  const response = await request('/stats');
  expect(await response.json()).toMatchObject({
    total: 2,
    billing: { billed_units: 30_000, billed_usd: 30_000 * ANALYZERS.comprehend.usd_per_unit },
  });
});

it('GET /overview reads COUNTS_TABLE, JOBS_TABLE and the budget', async () => {
  answerCounts('acme#arrived_at#hour', { 'n.en.neg': 3 });
  const job = aJob({ job_id: 'job_1', tenant: 'acme', status: 'PROCESSING' });
  dynamodb
    .on(QueryCommand, { TableName: 'the-jobs', IndexName: 'by_tenant' })
    .resolves({ Items: [rowOf(job)] });
  const response = await request('/overview?time=arrived_at');
  expect(await response.json()).toMatchObject({
    total: 3,
    previous: { total: 0 },
    budget: { tenant: 'acme', budget_units: null },
    pipeline: { bulk_lag_ms: 0, bulk_reported_at: null },
    open_jobs: [{ job_id: 'job_1', status: 'PROCESSING' }],
  });
});

it('GET /overview reads what the bulk consumers report once in ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23) });
  try {
    const api = composeApi(VARIABLES);
    dynamodb.on(QueryCommand).resolves({ Items: [] });
    for (const seconds of [0, 9, 11]) {
      vi.setSystemTime(Date.UTC(2026, 10, 23, 0, 0, seconds));
      await request('/overview', undefined, api);
    }
    const reports = dynamodb
      .commandCalls(QueryCommand, { TableName: 'the-jobs' })
      .filter(({ args }) => args[0].input.IndexName === undefined);
    expect(reports).toHaveLength(4);
  } finally {
    vi.useRealTimers();
  }
});

it.each([
  ['ThrottlingException', 400, '1'],
  ['InternalServerError', 500, '5'],
])('GET /stats is a 503 while DynamoDB fails with %s', async (name, httpStatusCode, wait) => {
  const $metadata = { httpStatusCode };
  dynamodb.on(QueryCommand).rejects(Object.assign(failWith(name), { $metadata }));
  const response = await request('/stats');
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe(wait);
  expect(lines.join('')).not.toContain('bug in the API');
});

it('GET /health has the version of package.json', async () => {
  const response = await request('/health');
  expect(await response.json()).toMatchObject({ version: manifest.version });
});

it('GET /ready calls the dependencies again after 5 s', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23) });
  try {
    const api = composeApi(VARIABLES);
    for (const seconds of [0, 4, 6]) {
      vi.setSystemTime(Date.UTC(2026, 10, 23, 0, 0, seconds));
      await request('/ready', undefined, api);
    }
    expect(s3.commandCalls(HeadBucketCommand)).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

it('GET /ready makes one attempt of one cheap call to each dependency', async () => {
  kinesis.on(DescribeStreamSummaryCommand).resolves({});
  s3.on(HeadBucketCommand).resolves({});
  dynamodb
    .on(GetItemCommand, { TableName: 'the-counts' })
    .rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  const response = await request('/ready');
  expect(response.status).toBe(503);
  const { dependencies } = (await response.json()) as { dependencies: { status: string }[] };
  expect(dependencies.filter(({ status }) => status === 'failed')).toMatchObject([
    { name: 'counts_table', error: 'AccessDenied' },
  ]);
  const named = {
    stream: kinesis.commandCalls(DescribeStreamSummaryCommand)[0]?.args[0].input.StreamName,
    bucket: s3.commandCalls(HeadBucketCommand)[0]?.args[0].input.Bucket,
    tables: dynamodb.commandCalls(GetItemCommand).map(({ args }) => args[0].input.TableName),
    cache: Object.keys(dynamodb.commandCalls(BatchGetItemCommand)[0]!.args[0].input.RequestItems!),
    history: dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input.TableName),
  };
  expect(named).toEqual({
    stream: 'the-stream',
    bucket: 'the-inputs',
    tables: ['the-results', 'the-jobs', 'the-counts'],
    cache: ['the-cache'],
    history: ['the-history'],
  });
  const { config } = s3.call(0).thisValue as S3Client;
  expect(await config.maxAttempts()).toBe(1);
});

it('the API logs each answer, and a bug without what its message quotes', async () => {
  const bug = new TypeError('cannot read: private words');
  const api = composeApi(VARIABLES);
  comprehend.on(DetectSentimentCommand).callsFake(() => ({
    get Sentiment() {
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
