import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { answerWith, changeApi, frontOf } from '../../support/front.ts';

const BASE64 = answerWith({ statusCode: 200, body: 'aGk=', isBase64Encoded: true });

async function readWith(binary: string[] | undefined, accept?: string) {
  const api = binary === undefined ? {} : { BinaryMediaTypes: binary };
  const call = await frontOf(BASE64, changeApi(api));
  const headers: Record<string, string> = accept === undefined ? {} : { accept };
  return String((await call('GET', '/jobs', { headers })).body);
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
it.each([
  [undefined, 'application/x-ndjson', 'aGk='],
  [['image/png'], 'image/png', 'hi'],
  [['image/png'], 'image/png;q=0.9, text/html', 'hi'],
  [['image/png'], 'text/html, image/png', 'aGk='],
  [['image/png'], '*/*', 'aGk='],
  [['image/png'], undefined, 'aGk='],
  [['image/*'], 'image/webp', 'hi'],
  [['*/*'], undefined, 'hi'],
])(
  'with the binary media types %j, a client that accepts %s gets a base64 body as %s',
  async (binary, accept, expected) => {
    expect(await readWith(binary, accept)).toBe(expected);
  },
);

it('a body of text is the same whatever the client accepts', async () => {
  const text = answerWith({ statusCode: 200, body: 'aGk=' });
  const call = await frontOf(text, changeApi({ BinaryMediaTypes: ['*/*'] }));
  expect(String((await call('GET', '/jobs')).body)).toBe('aGk=');
});

const LONG = 'x'.repeat(1_024);
const COMPRESSED = changeApi({ MinimumCompressionSize: 1_024 });

async function readCompressed(accept_encoding: string | undefined, answer: object = {}) {
  const call = await frontOf(answerWith({ statusCode: 200, body: LONG, ...answer }), COMPRESSED);
  const headers: Record<string, string> =
    accept_encoding === undefined ? {} : { 'accept-encoding': accept_encoding };
  return call('GET', '/jobs', { headers });
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-receive-response-with-compressed-payload.html
it.each([
  ['gzip', 'gzip', gunzipSync],
  ['deflate', 'deflate', inflateSync],
  ['br, gzip;q=0.8', 'gzip', gunzipSync],
  ['deflate, gzip', 'gzip', gunzipSync],
] as const)(
  'an answer to a client that accepts %j is coded as %s',
  async (accept, coding, decode) => {
    const { headers, body } = await readCompressed(accept);
    expect(headers['content-encoding']).toBe(coding);
    expect(decode(Buffer.from(body)).toString()).toBe(LONG);
  },
);

it.each([undefined, '*', 'br', 'gzip;q=0', 'identity'])(
  'an answer to a client that accepts %j is not compressed',
  async (accept) => {
    const { headers, body } = await readCompressed(accept);
    expect(headers).not.toHaveProperty('content-encoding');
    expect(body).toBe(LONG);
  },
);

it('an answer that is shorter than the minimum, or that has a coding, is not compressed', async () => {
  expect((await readCompressed('gzip', { body: LONG.slice(1) })).body).toBe(LONG.slice(1));
  const coded = await readCompressed('gzip', { headers: { 'Content-Encoding': 'br' } });
  expect([coded.headers['content-encoding'], coded.body]).toEqual(['br', LONG]);
});

it('an API without a minimum compresses nothing', async () => {
  const call = await frontOf(answerWith({ statusCode: 200, body: LONG }));
  const { body } = await call('GET', '/jobs', { headers: { 'accept-encoding': 'gzip' } });
  expect(body).toBe(LONG);
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['identity', Buffer.from],
] as const)(
  'a request with a body in the coding %s reaches the function decoded',
  async (coding, encode) => {
    const body = encode(Buffer.from('{"text":"é"}'));
    const answer = await (await frontOf())('POST', '/x', {
      body,
      headers: { 'content-encoding': coding },
    });
    expect(JSON.parse(String(answer.body)).body).toBe('{"text":"é"}');
  },
);

it.each([
  ['br', Buffer.from('x')],
  ['gzip', Buffer.from('no gzip')],
])(
  'a request with a body that is not in the coding %s is answered with 415',
  async (coding, body) => {
    const answer = await (await frontOf())('POST', '/x', {
      body,
      headers: { 'content-encoding': coding },
    });
    expect([answer.status, answer.body]).toEqual([415, '{"message":"Unsupported Media Type"}']);
  },
);
