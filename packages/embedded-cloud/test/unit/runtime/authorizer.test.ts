import { expect, it } from 'vitest';
import { authorizerSpecs, createAuthorizer } from '../../../src/runtime/rest-api/authorizer.ts';
import type { ApiRequest } from '../../../src/runtime/rest-api/proxy-event.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';

const AuthorizerUri =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:fn/invocations';

function readSpec(properties: object) {
  const stack = createStack({
    stack_name: 'Test',
    template: {
      Resources: {
        Authorizer: {
          Type: 'AWS::ApiGateway::Authorizer',
          Properties: { Type: 'REQUEST', AuthorizerUri, ...properties },
        },
      },
    },
  } as unknown as Parameters<typeof createStack>[0]);
  return [...authorizerSpecs(stack).values()][0]!;
}

const HEADER = 'method.request.header.X-API-Key';

/** Creates an authorizer whose function gives this answer, and counts its invocations. */
function openAuthorizer(properties: object, context: object = {}) {
  const invocations: string[] = [];
  const clock = { now: 0 };
  const answer = {
    principalId: 'p',
    policyDocument: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
    context,
  };
  const authorize = createAuthorizer({
    spec: readSpec(properties),
    api: { id: 'api', stage: 'v1' },
    invoke: async (_, payload) => {
      invocations.push(payload);
      return { kind: 'answered', request_id: 'r', payload: JSON.stringify(answer) };
    },
    now: () => clock.now,
  });
  const ask = (path: string, headers: Record<string, string> = {}) =>
    authorize({ method: 'GET', path, headers } as ApiRequest, {});
  return { ask, invocations, clock };
}

// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
it('an authorizer with a cache needs an identity source, and so does one of the type TOKEN', () => {
  for (const wrong of [{}, { AuthorizerResultTtlInSeconds: 1 }, { Type: 'TOKEN' }]) {
    expect(() => readSpec(wrong)).toThrow('needs an identity source');
  }
  expect(readSpec({ AuthorizerResultTtlInSeconds: 0 }).identity_headers).toEqual([]);
  expect(() => readSpec({ IdentitySource: HEADER, AuthorizerResultTtlInSeconds: 3_601 })).toThrow(
    'at most 3600',
  );
});

it('an authorizer without a cache is invoked for each request, whatever headers it has', async () => {
  const { ask, invocations } = openAuthorizer({ AuthorizerResultTtlInSeconds: 0 });
  for (const headers of [{}, { 'x-api-key': 'k' }, { 'x-api-key': 'k' }]) {
    expect((await ask('/jobs', headers)).kind).toBe('allowed');
  }
  expect(invocations).toHaveLength(3);
});

// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
it('an authorizer with a cache answers all paths of an identity with one invocation, and needs the identity', async () => {
  const { ask, invocations, clock } = openAuthorizer({ IdentitySource: HEADER });
  expect((await ask('/jobs')).kind).toBe('UNAUTHORIZED');
  expect(invocations).toHaveLength(0);
  for (const path of ['/jobs', '/stats']) void (await ask(path, { 'x-api-key': 'one' }));
  expect(invocations).toHaveLength(1);
  void (await ask('/jobs', { 'x-api-key': 'two' }));
  clock.now += 300_000;
  void (await ask('/jobs', { 'x-api-key': 'one' }));
  expect(invocations).toHaveLength(3);
});

it.each([
  ['an object', { rights: {} }],
  ['an array', { rights: ['read'] }],
  ['null', { rights: null }],
])('an authorizer whose context has %s is a mistake of the configuration', async (_, context) => {
  const { ask } = openAuthorizer({ AuthorizerResultTtlInSeconds: 0 }, context);
  expect((await ask('/jobs')).kind).toBe('AUTHORIZER_CONFIGURATION_ERROR');
});
