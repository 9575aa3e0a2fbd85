import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { expect, it } from 'vitest';
import { createLambdaHandler } from '../../../api/lambda.ts';
import { aJob } from '../../support/jobs.ts';
import { testApi } from './app.ts';

const context = { awsRequestId: 'lambda-1' } as Context;

/** Builds the event of a REST API for a caller of the tenant `acme`. */
function eventOf(httpMethod: string, path: string, more: Partial<APIGatewayProxyEvent> = {}) {
  return {
    version: '1.0',
    httpMethod,
    path,
    resource: '/{proxy+}',
    headers: { 'content-type': 'application/json' },
    multiValueHeaders: { 'content-type': ['application/json'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: {
      requestId: 'request-1',
      stage: 'v1',
      path: `/v1${path}`,
      authorizer: { tenant: 'acme', rights: 'read,publish,jobs', rate_limit: '25' },
    },
    ...more,
  } as unknown as APIGatewayProxyEvent;
}

const handler = createLambdaHandler(testApi().app);

it.each(['GET', 'HEAD'])('the handler answers a %s that carries a body', async (method) => {
  const event = eventOf(method, '/health', { body: '{"unexpected":true}' });
  expect((await handler(event, context)).statusCode).toBe(200);
});

it('the handler passes on the body of a POST, base64 and text beyond ASCII included', async () => {
  const { app, entries } = testApi();
  const body = JSON.stringify({ records: [{ record_id: 'a', source: 's', text: 'schön 😀' }] });
  const plain = eventOf('POST', '/records', { body });
  const encoded = eventOf('POST', '/records', {
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  });
  for (const event of [plain, encoded]) {
    expect((await createLambdaHandler(app)(event, context)).statusCode).toBe(202);
  }
  for (const { data } of entries) expect(Buffer.from(data).toString()).toContain('schön 😀');
  expect(entries).toHaveLength(2);
});

it.each(['application/json', 'application/x-ndjson', 'text/csv'])(
  'the handler answers with text, not with base64, if the caller accepts %s',
  async (accept) => {
    const { app, jobs } = testApi();
    await jobs.create(aJob({ job_id: 'job_1' }));
    const event = eventOf('GET', '/jobs/job_1/results', { headers: { accept } });
    const answer = await createLambdaHandler(app)(event, context);
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
  },
);

it('the handler takes the tenant from the authorizer, and refuses a request without one', async () => {
  expect((await handler(eventOf('GET', '/jobs'), context)).statusCode).toBe(200);
  const open = eventOf('GET', '/jobs');
  const requestContext = { ...open.requestContext, authorizer: null };
  const answer = await handler({ ...open, requestContext } as never, context);
  expect(answer.statusCode).toBe(401);
});

it('the handler passes on query parameters, and the headers of the answer', async () => {
  const event = eventOf('GET', '/jobs', {
    queryStringParameters: { limit: '0' },
    multiValueQueryStringParameters: { limit: ['0'] },
  });
  const answer = await handler(event, context);
  expect(answer.statusCode).toBe(400);
  expect(JSON.parse(answer.body).error).toMatchObject({ field: 'limit' });
  const headers = { ...answer.headers, ...answer.multiValueHeaders };
  expect(String(headers['x-ratelimit-limit'])).toBe('25');
});
