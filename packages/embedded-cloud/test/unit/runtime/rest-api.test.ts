// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces these placeholders.
import { expect, it } from 'vitest';
import type { Invocation } from '../../../src/runtime/function/invocation.ts';
import { restApis } from '../../../src/runtime/rest-api/api.ts';
import { createFront } from '../../../src/runtime/rest-api/front.ts';
import { gatewayResponses } from '../../../src/runtime/rest-api/gateway-response.ts';
import { apiPermissions } from '../../../src/runtime/rest-api/permissions.ts';
import type { ApiRequest } from '../../../src/runtime/rest-api/proxy-event.ts';
import { sourcePolicy } from '../../../src/runtime/rest-api/source-policy.ts';
import { loadAssembly, type TemplateResource } from '../../../src/runtime/template/assembly.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';
import { writeAssembly } from '../../support/assembly.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:handler';
const ROOT = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
const API = { RestApiId: { Ref: 'Api' } };

const method = (HttpMethod: string, ResourceId: unknown, integration = {}): TemplateResource => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    ...API,
    HttpMethod,
    ResourceId,
    Integration: {
      Type: 'AWS_PROXY',
      Uri: {
        'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`,
      },
      ...integration,
    },
  },
});
const resource = (PathPart: string, ParentId: unknown = ROOT): TemplateResource => ({
  Type: 'AWS::ApiGateway::Resource',
  Properties: { ...API, PathPart, ParentId },
});

const RESOURCES: Record<string, TemplateResource> = {
  Api: { Type: 'AWS::ApiGateway::RestApi' },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      ...API,
      StageName: 'v1',
      MethodSettings: [
        { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 20 },
      ],
    },
  },
  Jobs: resource('jobs'),
  Job: resource('{id}', { Ref: 'Jobs' }),
  Latest: resource('latest', { Ref: 'Jobs' }),
  Rest: resource('{proxy+}'),
  GetJobs: method('GET', { Ref: 'Jobs' }),
  GetJob: method('GET', { Ref: 'Job' }, { TimeoutInMillis: 50 }),
  AnyJob: method('ANY', { Ref: 'Job' }),
  GetLatest: method('GET', { Ref: 'Latest' }),
  PostRest: method('POST', { Ref: 'Rest' }),
  May: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      FunctionName: FUNCTION,
      SourceArn: { 'Fn::Sub': 'arn:aws:execute-api:us-east-1:000000000000:${Api}/v1/*/*' },
    },
  },
};

const answerWith = (answer: unknown): Invocation => ({
  kind: 'answered',
  request_id: 'r',
  payload: JSON.stringify(answer),
});

/**
 * Creates the front of an API. The function behind the API returns `answer`. If `answer` is
 * undefined, the function returns the event that it received.
 */
async function frontOf(answer?: Invocation | Promise<Invocation>, resources = RESOURCES) {
  const stack = createStack(await loadAssembly(await writeAssembly({ Resources: resources })));
  const api = restApis(stack)[0]!;
  const front = createFront({
    api,
    isPermitted: apiPermissions(stack, api),
    judgeSource: sourcePolicy(stack, api),
    invoke: async (_, payload) => (await answer) ?? answerWith({ statusCode: 200, body: payload }),
    authorizers: new Map(),
    admitKey: () => ({ kind: 'INVALID_API_KEY' }),
    responses: gatewayResponses(stack, api.id),
    now: () => 1_700_000_000_000,
  });
  return (verb: string, path: string, more: Partial<ApiRequest> = {}) => {
    const url = new URL(path, 'http://api');
    const { pathname, searchParams: query } = url;
    const request = {
      method: verb,
      path: pathname,
      query,
      headers: {},
      body: Buffer.alloc(0),
      source_ip: '127.0.0.1',
    };
    return front({ ...request, ...more });
  };
}

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

it('status, headers and a base64 body of the function are passed on', async () => {
  const answer = answerWith({
    statusCode: 201,
    headers: { 'X-One': 1 },
    multiValueHeaders: { 'X-Two': ['a', 'b'] },
    body: 'aGk=',
    isBase64Encoded: true,
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

it('a body over 10 MB is answered with 413', async () => {
  const answer = await (await frontOf())('POST', '/x', {
    body: Buffer.alloc(10 * 1024 * 1024 + 1),
  });
  expect(answer.status).toBe(413);
});

it('requests beyond the burst of the stage are throttled', async () => {
  const call = await frontOf();
  const statuses = await Promise.all(Array.from({ length: 22 }, () => call('GET', '/jobs')));
  expect(statuses.filter(({ status }) => status === 429)).toHaveLength(2);
  expect(statuses.at(-1)?.body).toBe(message('Too Many Requests'));
});

it('a function without a permission for API Gateway is answered with 500', async () => {
  const { May, ...without } = RESOURCES;
  const answer = await (await frontOf(undefined, without))('GET', '/jobs');
  expect([answer.status, answer.body]).toEqual([500, message('Internal server error')]);
});

it('an integration that is not emulated is refused with the id of its method', async () => {
  const Mock = method('OPTIONS', { Ref: 'Jobs' }, { Type: 'MOCK' });
  await expect(frontOf(undefined, { ...RESOURCES, Mock })).rejects.toThrow(
    'Mock (AWS::ApiGateway::Method): integration MOCK is not emulated. Use AWS_PROXY',
  );
});
