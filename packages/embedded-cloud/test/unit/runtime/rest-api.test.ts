import { expect, it } from 'vitest';
import type { Invocation } from '../../../src/runtime/function/invocation.ts';
import { answerWith, frontOf, method, RESOURCES } from '../../support/front.ts';

const message = (text: string | null) => JSON.stringify({ message: text });

it.each([
  ['GET', '/jobs', '/jobs', null],
  ['GET', '/jobs/latest', '/jobs/latest', null],
  ['GET', '/jobs/a%20b', '/jobs/{id}', { id: 'a b' }],
  ['DELETE', '/jobs/7', '/jobs/{id}', { id: '7' }],
  ['POST', '/other/deep', '/{proxy+}', { proxy: 'other/deep' }],
])('the request %s %s goes to the resource %s', async (verb, path, expected, pathParameters) => {
  const { body } = await (await frontOf())(verb, path);
  expect(JSON.parse(String(body))).toMatchObject({ resource: expected, pathParameters });
});

it.each([
  ['GET', '/nothing'],
  ['POST', '/jobs/latest'],
  ['GET', '/'],
])('the request %s %s is refused as API Gateway does', async (verb, path) => {
  const answer = await (await frontOf())(verb, path);
  expect([answer.status, answer.body]).toEqual([403, message('Missing Authentication Token')]);
});

it('the event has the form of a REST proxy integration', async () => {
  const request = { headers: { 'user-agent': 'test' }, body: Buffer.from('{"text":"é"}') };
  const { body } = await (await frontOf())('POST', '/a/b?x=1&x=2&y=%20', request);
  expect(JSON.parse(String(body))).toEqual({
    resource: '/{proxy+}',
    path: '/a/b',
    httpMethod: 'POST',
    headers: { 'user-agent': 'test' },
    multiValueHeaders: { 'user-agent': ['test'] },
    queryStringParameters: { x: '2', y: ' ' },
    multiValueQueryStringParameters: { x: ['1', '2'], y: [' '] },
    pathParameters: { proxy: 'a/b' },
    stageVariables: null,
    requestContext: expect.objectContaining({
      stage: 'v1',
      path: '/v1/a/b',
      httpMethod: 'POST',
      requestTime: '14/Nov/2023:22:13:20 +0000',
      requestTimeEpoch: 1_700_000_000_000,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      identity: expect.objectContaining({ sourceIp: '127.0.0.1', userAgent: 'test' }),
    }),
    body: '{"text":"é"}',
    isBase64Encoded: false,
  });
});

it('status and headers of the function are passed on', async () => {
  const answer = answerWith({
    statusCode: 201,
    headers: { 'X-One': 1 },
    multiValueHeaders: { 'X-Two': ['a', 'b'] },
    body: 'hi',
  });
  const { status, headers, body } = await (await frontOf(answer))('GET', '/jobs');
  expect([status, String(body)]).toEqual([201, 'hi']);
  expect(headers).toMatchObject({ 'x-one': '1', 'x-two': ['a', 'b'] });
});

it.each([
  [
    'a function that failed',
    { kind: 'failed', request_id: 'r', payload: '{}' },
    502,
    'Internal server error',
  ],
  ['an answer without a status', answerWith({ body: 'x' }), 502, 'Internal server error'],
  [
    'a body that is no text',
    answerWith({ statusCode: 200, body: {} }),
    502,
    'Internal server error',
  ],
  [
    'a throttled function',
    { kind: 'refused', code: 'TooManyRequestsException', message: '' },
    500,
    'Internal server error',
  ],
  [
    'an event over 6 MB',
    { kind: 'refused', code: 'RequestTooLargeException', message: '' },
    413,
    'Request Too Long',
  ],
] satisfies [string, Invocation, number, string][])(
  '%s is answered as API Gateway does',
  async (_, invocation, status, text) => {
    const answer = await (await frontOf(invocation))('GET', '/jobs');
    expect([answer.status, answer.body]).toEqual([status, message(text)]);
  },
);

it('a function that takes too long is answered with 504', async () => {
  const answer = await (await frontOf(new Promise(() => {})))('GET', '/jobs/1');
  expect([answer.status, answer.body]).toEqual([504, message('Endpoint request timed out')]);
});

it('a function without a permission for API Gateway is answered with 500', async () => {
  const { May, ...without } = RESOURCES;
  const answer = await (await frontOf(undefined, without))('GET', '/jobs');
  expect([answer.status, answer.body]).toEqual([500, message('Internal server error')]);
});

it('an integration that is not emulated is refused with the id of its method', async () => {
  const Http = method('OPTIONS', { Ref: 'Jobs' }, { Type: 'HTTP' });
  await expect(frontOf(undefined, { ...RESOURCES, Http })).rejects.toThrow(
    'Http (AWS::ApiGateway::Method): integration HTTP is not emulated. Use AWS_PROXY, or MOCK.',
  );
});
