import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { DEFAULT_PRIVACY } from '../../fakes/privacy.ts';
import { awsStub, type StubCall, type StubReply } from '../aws/aws-stub.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

let stub: Awaited<ReturnType<typeof awsStub>>;
let handler: Handler;
let comprehend: () => StubReply;
const logged: string[] = [];
for (const stream of [process.stdout, process.stderr]) {
  vi.spyOn(stream, 'write').mockImplementation((chunk) => logged.push(String(chunk)) > 0);
}

const OF_JOBS = {
  STREAM_NAME: 'stream',
  RESULTS_TABLE: 'results',
  JOBS_TABLE: 'jobs',
  INPUT_BUCKET: 'inputs',
  COUNTS_TABLE: 'counts',
  HISTORY_TABLE: 'history',
  ALERTS_TABLE: 'alerts',
  ALERT_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/alerts',
  PRIVACY_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/privacy',
  SET_ASIDE_BUCKET: 'set-asides',
  FAILURE_BUCKET: 'failures',
  BULK_STREAM_NAME: 'bulk',
  RESTORE_KEY_ARN: 'arn:aws:secretsmanager:us-east-1:0:secret:key',
  AUDIT_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/audit',
  ANALYZER_QUOTA_CALLS_PER_SECOND: '10',
  JOB_DEADLINE_SECONDS: '60',
  JOB_RETENTION_SECONDS: '60',
  UPLOAD_URL_TTL_SECONDS: '60',
  MAX_UPLOAD_BYTES: '1000',
  UPLOAD_ROLE_ARN: 'role',
  DOWNLOAD_ROLE_ARN: 'role',
  CALLBACK_ALLOW_LOOPBACK: 'false',
  CORS_ORIGINS: '',
  SERVES_DOCS: 'true',
  SERVES_DASHBOARD: 'true',
};

/**
 * Sets the environment variables before importing the module, as Lambda does. The function uses the
 * real SDK, which calls a stub of AWS.
 */
beforeAll(async () => {
  stub = await awsStub((call) => answerOf(call));
  vi.stubEnv('AWS_ENDPOINT_URL', stub.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('CACHE_TABLE', 'cache');
  vi.stubEnv('CACHE_TTL_SECONDS', '60');
  vi.stubEnv('CACHE_MEMORY_ENTRIES', '100');
  vi.stubEnv('ANALYZER', 'comprehend');
  vi.stubEnv('ANALYZER_MAX_IN_FLIGHT', '2');
  vi.stubEnv('ANALYZER_CALLS_PER_SECOND', '20');
  vi.stubEnv('ANALYZER_FALLBACK_CALLS_PER_SECOND', '1');
  vi.stubEnv('QUOTA_TABLE', 'quotas');
  vi.stubEnv('DEFAULT_LANGUAGE', 'en');
  vi.stubEnv('NEUTRAL_IDS', 'true');
  vi.stubEnv('BUDGETS', '{}');
  vi.stubEnv('PRIVACY', JSON.stringify(DEFAULT_PRIVACY));
  for (const [name, value] of Object.entries(OF_JOBS)) vi.stubEnv(name, value);
  handler = (await import('../../../api/handler.ts')).handler;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await stub.close();
});
afterEach(() => {
  stub.calls.length = 0;
});

function answerOf(call: StubCall): StubReply {
  if (call.action === 'DetectSentiment') return comprehend();
  if (call.action === 'UpdateItem') return { body: { Attributes: QUOTA_ITEM } };
  if (call.action === 'BatchGetItem') return { body: { Responses: {}, UnprocessedKeys: {} } };
  return { body: { UnprocessedItems: {} } };
}

const happy = (): StubReply => ({
  body: {
    Sentiment: 'POSITIVE',
    SentimentScore: { Positive: 0.9, Negative: 0.05, Neutral: 0.03, Mixed: 0.02 },
  },
});

/** The entry of the quota ledger after a slot was taken. The slot is in the past. */
const QUOTA_ITEM = marshall({
  next_slot_at: 1,
  calls_per_second: 20,
  refused_at: 20,
  changed_at: 0,
  bulk_queue_at: 0,
  bulk_due_at: 0,
});

/**
 * Returns the event that a REST API sends to a proxy integration. The stage appears only in the
 * path in the request context.
 */
function event(parts: Partial<APIGatewayProxyEvent>): APIGatewayProxyEvent {
  const path = parts.path ?? '/analyze/sync';
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Host: 'abc123.execute-api.us-east-1.amazonaws.com',
      'X-Forwarded-For': '203.0.113.7',
    },
    multiValueHeaders: { 'Content-Type': ['application/json'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'abc123',
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
      httpMethod: 'POST',
      path: `/v1${path}`,
      protocol: 'HTTP/1.1',
      requestId: '41b45ea3-70b5-11e6-b7bd-69b5aaebc7d9',
      resourcePath: '/{proxy+}',
      stage: 'v1',
      authorizer: { tenant: 'acme', rights: 'read,publish,jobs', rate_limit: '25' },
    } as unknown as APIGatewayProxyEvent['requestContext'],
    body: null,
    isBase64Encoded: false,
    ...parts,
  };
}

const context = { awsRequestId: 'lambda-1' } as Context;

/** Returns all headers of an answer, including the headers with several values. */
function headersOf(result: APIGatewayProxyResult): Record<string, unknown> {
  return { ...result.headers, ...result.multiValueHeaders };
}

it('the API function answers an event of a REST API under its request id', async () => {
  comprehend = happy;
  const body = JSON.stringify({ text: 'I love my cat' });
  const result = await handler(event({ body }), context);
  expect(result.statusCode).toBe(200);
  expect(result.isBase64Encoded).toBe(false);
  expect(JSON.parse(result.body)).toMatchObject({
    sentiment: 'POSITIVE',
    score: 0.9,
    request_id: '41b45ea3-70b5-11e6-b7bd-69b5aaebc7d9',
    cache: 'miss',
  });
  expect(headersOf(result)).toMatchObject({
    'x-request-id': ['41b45ea3-70b5-11e6-b7bd-69b5aaebc7d9'],
    'x-cache-hit': ['false'],
  });
  expect(stub.calls.map((call) => call.action)).toEqual([
    'BatchGetItem',
    'UpdateItem',
    'DetectSentiment',
    'BatchWriteItem',
  ]);
});

it('the API function reads a base64 body with text beyond ASCII', async () => {
  comprehend = happy;
  const json = JSON.stringify({ text: '部屋は清潔でした。😺' });
  const body = Buffer.from(json).toString('base64');
  const result = await handler(event({ body, isBase64Encoded: true }), context);
  expect(JSON.parse(result.body)).toMatchObject({ language_code: 'ja' });
  const asked = stub.calls.find((call) => call.action === 'DetectSentiment');
  expect(asked?.body.Text).toBe('部屋は清潔でした。😺');
});

it('the API function routes by the path without the stage', async () => {
  const healthy = await handler(event({ path: '/health', httpMethod: 'GET' }), context);
  expect(JSON.parse(healthy.body)).toMatchObject({ status: 'ok' });
  const staged = await handler(event({ path: '/v1/health', httpMethod: 'GET' }), context);
  expect(staged.statusCode).toBe(404);
});

it('the API function answers a GET that carries a body', async () => {
  const parts = { path: '/health', httpMethod: 'GET', body: 'curious' };
  expect((await handler(event(parts), context)).statusCode).toBe(200);
});

it('the API function answers 429 after Comprehend has throttled three attempts', async () => {
  comprehend = () => ({ status: 400, body: { __type: 'ThrottlingException' } });
  const body = JSON.stringify({ text: 'No request had this text before' });
  const result = await handler(event({ body }), context);
  expect(result.statusCode).toBe(429);
  expect(headersOf(result)['retry-after']).toEqual(['1']);
  expect(stub.calls.filter((call) => call.action === 'DetectSentiment')).toHaveLength(3);
});

it('the API function writes no text to its log', async () => {
  comprehend = () => ({ status: 400, body: { __type: 'X', message: 'about unutterable' } });
  const body = JSON.stringify({ text: 'something unutterable' });
  await handler(event({ body }), context);
  await handler(event({ body: `${body}!`, path: '/unutterable' }), context);
  await handler(event({ body: `${body}!` }), context);
  const lines = logged.join('');
  expect(lines).toContain('"failure_code":"X"');
  expect(lines).not.toContain('unutterable');
});
