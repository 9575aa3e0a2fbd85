import { PassThrough, Writable } from 'node:stream';
import { inspect } from 'node:util';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ApiEnv } from '../../../api/http/env.ts';
import { createStreamingHandler } from '../../../api/lambda-stream.ts';
import { WAIT } from '../../support/wait.ts';
import { testApi } from './app.ts';

const context = { awsRequestId: 'lambda-1' } as Context;
/** The metadata of the last response. */
let prelude: Record<string, unknown> | undefined;

beforeEach(() => {
  prelude = undefined;
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: Writable, metadata: Record<string, unknown>) {
        prelude = metadata;
        return stream;
      },
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function eventOf(path: string, more: Partial<APIGatewayProxyEvent> = {}) {
  return {
    httpMethod: 'GET',
    path,
    multiValueHeaders: { Accept: ['text/csv'] },
    multiValueQueryStringParameters: null,
    requestContext: {
      requestId: 'request-1',
      authorizer: { tenant: 'acme', rights: 'read,publish,jobs', rate_limit: '25' },
    },
    ...more,
  } as unknown as APIGatewayProxyEvent;
}

/** Runs the handler, and returns what it has written. */
async function run(app: Parameters<typeof createStreamingHandler>[0], event: APIGatewayProxyEvent) {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  stream.on('data', (part) => parts.push(part));
  await createStreamingHandler(app)(event, stream as never, context);
  return { text: Buffer.concat(parts).toString(), ended: stream.writableEnded };
}

it('the handler streams the status, the headers and the body of the answer, as the tenant of the key', async () => {
  const { app } = testApi();
  const { text, ended } = await run(app, eventOf('/jobs/job_1/download'));
  expect(prelude).toMatchObject({
    statusCode: 404,
    headers: { 'x-request-id': 'request-1', 'x-ratelimit-limit': '25' },
  });
  expect(JSON.parse(text).error.code).toBe('NOT_FOUND');
  expect(ended).toBe(true);
});

it('the handler passes on each value of the query and of the headers', async () => {
  const app = new Hono().get('*', (c) =>
    c.json({
      path: new URL(c.req.url).pathname,
      cursor: c.req.queries('cursor'),
      accept: c.req.header('accept'),
    }),
  );
  const event = eventOf('/jobs/a%20b', {
    multiValueQueryStringParameters: { cursor: ['x y', 'z'] },
    multiValueHeaders: { Accept: ['text/csv', '*/*'] },
  });
  const { text } = await run(app as never, event);
  expect(JSON.parse(text)).toEqual({
    path: '/jobs/a%20b',
    cursor: ['x y', 'z'],
    accept: 'text/csv, */*',
  });
});

it('the handler sends the metadata of an answer without a body, which the runtime only does before a write', async () => {
  const app = new Hono().get('*', (c) => c.body(null, 204));
  const writes: unknown[] = [];
  const stream = new Writable({
    write(part, _encoding, done) {
      writes.push(part);
      done();
    },
  });
  const write = vi.spyOn(stream, 'write');
  await createStreamingHandler(app as never)(eventOf('/'), stream as never, context);
  expect(prelude).toMatchObject({ statusCode: 204 });
  expect(write).toHaveBeenCalledWith('');
});

it('the handler waits for a slow reader, and fails if the body fails, without ending the stream', async () => {
  let pulled = 0;
  const body = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          if (pulled === 100) controller.error(new Error('down'));
          else controller.enqueue(Buffer.alloc(64 * 1024));
        },
      },
      { highWaterMark: 0 },
    );
  const app = new Hono().get('*', () => new Response(body()));
  const stream = new PassThrough();
  const running = createStreamingHandler(app as never)(eventOf('/'), stream as never, context);
  const failed = expect(running).rejects.toThrow('The download was cut off: Error');
  await vi.waitFor(() => expect(stream.writableNeedDrain).toBe(true), WAIT);
  expect(pulled).toBeLessThan(10);
  stream.resume();
  await failed;
  expect(stream.writableEnded).toBe(false);
});

it('the error of a body is thrown without its message and its cause, because Lambda logs it', async () => {
  const cause = new TypeError('unexpected "a secret text"');
  const body = () => new ReadableStream({ pull: (controller) => controller.error(cause) });
  const app = new Hono().get('*', () => new Response(body()));
  const error: unknown = await run(app as never, eventOf('/')).catch((thrown) => thrown);
  expect(error).toMatchObject({ message: 'The download was cut off: TypeError' });
  expect(inspect(error, { depth: null })).not.toContain('secret');
});

it('a streamed route knows the key and the address of its caller, for the audit trail', async () => {
  const app = new Hono<ApiEnv>().get('*', (c) => c.json(c.env.requestContext?.identity));
  const identity = { apiKeyId: 'k1', sourceIp: '203.0.113.9' };
  const { requestContext } = eventOf('/');
  const event = eventOf('/', { requestContext: { ...requestContext, identity } as never });
  expect(JSON.parse((await run(app, event)).text)).toEqual(identity);
});
