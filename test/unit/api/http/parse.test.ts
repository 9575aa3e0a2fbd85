import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { toErrorResponse, toHttpError } from '../../../../api/http/errors.ts';
import { parseBody, parseParams, parseQuery } from '../../../../api/http/parse.ts';

const MAX_BYTES = 12;
const schema = z.object({ a: z.string() });
const numbers = z.object({ n: z.coerce.number() });

const app = new Hono()
  .post('/', async (c) => c.json(await parseBody(c.req, schema, MAX_BYTES)))
  .get('/query', (c) => c.json(parseQuery(c.req, numbers)))
  .get('/things/:n', (c) => c.json(parseParams(c.req, numbers, 'thing')));
app.onError((error, c) => {
  const { status, body } = toErrorResponse(toHttpError(error), 'r', 0);
  return c.json(body, status);
});

async function post(body: string, headers: Record<string, string> = {}) {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
  const response = await app.request('/', init);
  return { status: response.status, body: await response.json() };
}

it('a body has at most max_bytes bytes in UTF-8', async () => {
  expect(await post('{"a":"éé"}')).toEqual({
    status: 200,
    body: { value: { a: 'éé' }, raw: '{"a":"éé"}' },
  });
  expect((await post('{"a":"éé" }')).status).toBe(413);
  expect((await post('{"a":"1234"}')).status).toBe(200);
  expect((await post('{"a":"12345"}')).status).toBe(413);
});

it('a body whose content-length is too large is a 413 before it is read', async () => {
  let is_read = false;
  const stream = new ReadableStream(
    {
      pull(controller) {
        is_read = true;
        controller.enqueue(Buffer.from('{"a":"b"}'));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request('http://api/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': String(MAX_BYTES + 1) },
    body: stream,
    duplex: 'half',
  } as RequestInit);
  expect((await app.request(request)).status).toBe(413);
  expect(is_read).toBe(false);
});

it('the error of a body that is too large says how large it may be', async () => {
  const { body } = await post('{"a":"12345"}');
  expect(body).toMatchObject({
    error: { code: 'PAYLOAD_TOO_LARGE', message: 'The body must be at most 12 bytes' },
  });
});

it('a body that is not JSON is a 400 that does not quote it', async () => {
  const { status, body } = await post('{"secret"');
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: { code: 'VALIDATION_ERROR', message: 'body: is not valid JSON', field: 'body' },
  });
  expect(JSON.stringify(body)).not.toContain('secret');
});

it('half an emoji in a body becomes U+FFFD, because services refuse it', async () => {
  const wide = new Hono().post('/', async (c) => c.json(await parseBody(c.req, schema, 100)));
  const headers = { 'content-type': 'application/json' };
  const body = String.raw`{"a":"so good \ud83d"}`;
  const response = await wide.request('/', { method: 'POST', headers, body });
  expect(await response.json()).toMatchObject({ value: { a: 'so good \ufffd' } });
});

it('a wrong value names its field, or the whole if it has no field', async () => {
  expect((await post('{"a":1}')).body).toMatchObject({ error: { field: 'a' } });
  expect((await post('[]')).body).toMatchObject({ error: { field: 'body' } });
  const query = await (await app.request('/query?n=x')).json();
  expect(query).toMatchObject({ error: { code: 'VALIDATION_ERROR', field: 'n' } });
});

it('a wrong parameter of the path is a 404 of the kind of thing that the path names', async () => {
  const response = await app.request('/things/x');
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { message: 'There is no such thing' } });
});

const send = async (body: Uint8Array, headers: Record<string, string> = {}) => {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
  const response = await app.request('/', init as RequestInit);
  return { status: response.status, body: (await response.json()) as Answer };
};

interface Answer {
  value?: unknown;
  error: { field?: string; message: string };
}

it('a body whose bytes are not UTF-8 is a 400, and none of them becomes U+FFFD', async () => {
  for (const bytes of [[0xe8], [0xed, 0xa0, 0x80], [0xff, 0xfe], [0xc3]]) {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ field: 'body', message: 'body: is not UTF-8' });
  }
  const kept = await send(Buffer.from('{"a":"\ufffd"}'));
  expect(kept.body.value).toEqual({ a: '\ufffd' });
});

it('a gzipped body is read, and is limited by its size without gzip', async () => {
  const gzip = { 'content-encoding': 'gzip' };
  const zip = (json: string) => gzipSync(json, { level: 9 });
  const wide = new Hono().post('/', async (c) => c.json(await parseBody(c.req, schema, 100)));
  wide.onError((error, c) => {
    const { status, body } = toErrorResponse(toHttpError(error), 'r', 0);
    return c.json(body, status);
  });
  const post = async (body: Uint8Array, headers = gzip) => {
    const all = { 'content-type': 'application/json', ...headers };
    const init = { method: 'POST', headers: all, body } as RequestInit;
    const response = await wide.request('/', init);
    return { status: response.status, body: (await response.json()) as Answer };
  };
  expect((await post(zip('{"a":"b"}'))).body.value).toEqual({ a: 'b' });
  expect((await post(zip(`{"a":"${'b'.repeat(92)}"}`))).status).toBe(200);
  expect((await post(zip(`{"a":"${'b'.repeat(93)}"}`))).status).toBe(413);
  expect((await post(zip('{"a":"b"}').subarray(0, 20))).status).toBe(415);
  // API Gateway has decompressed this body, and has left the header.
  expect((await post(Buffer.from('{"a":"b"}'))).body.value).toEqual({ a: 'b' });
});

it.each(['br', 'zstd', 'compress', 'gzip, br'])(
  'a body in the coding %s is a 415',
  async (coding) => {
    const answer = await send(Buffer.from('{"a":"b"}'), { 'content-encoding': coding });
    expect(answer.status).toBe(415);
    expect(answer.body.error.message).toMatch(/gzip/);
  },
);
