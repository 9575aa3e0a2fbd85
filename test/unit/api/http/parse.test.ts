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
