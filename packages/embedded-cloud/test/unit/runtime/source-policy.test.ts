import { expect, it } from 'vitest';
import { restApis } from '../../../src/runtime/rest-api/api.ts';
import { sourcePolicy } from '../../../src/runtime/rest-api/source-policy.ts';
import { loadAssembly } from '../../../src/runtime/template/assembly.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';
import { writeAssembly } from '../../support/assembly.ts';

/*
 * The rules that this file checks are described in
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
 * and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */

const invoke = { Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };
const allow = { ...invoke, Effect: 'Allow' };
const fromRange = (operator: string, ...ranges: string[]) => ({
  Condition: { [operator]: { 'aws:SourceIp': ranges } },
});

async function judge(statements: object[] | undefined, source_ip: string, path = '/jobs') {
  const Policy = statements && { Version: '2012-10-17', Statement: statements };
  const resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi', ...(Policy && { Properties: { Policy } }) },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
    },
  };
  const stack = createStack(await loadAssembly(await writeAssembly({ Resources: resources })));
  const policy = sourcePolicy(stack, restApis(stack)[0]!);
  const url = new URL(path, 'http://api');
  return policy({
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: {},
    body: Buffer.alloc(0),
    source_ip,
  });
}

it('an API without a resource policy allows every address', async () => {
  expect(await judge(undefined, '203.0.113.9')).toBe('allowed');
});

it.each([
  ['203.0.113.0', 'allowed'],
  ['203.0.113.255', 'allowed'],
  ['203.0.114.0', 'denied'],
  ['198.51.100.7', 'allowed'],
  ['198.51.100.8', 'denied'],
  ['2001:db8::1', 'allowed'],
  ['2001:db9::1', 'denied'],
])('a Deny of all addresses outside of some ranges judges %s as %s', async (address, verdict) => {
  const ranges = ['203.0.113.0/24', '198.51.100.7', '2001:db8::/32'];
  const deny = { ...invoke, Effect: 'Deny', ...fromRange('NotIpAddress', ...ranges) };
  expect(await judge([allow, deny], address)).toBe(verdict);
});

it.each([
  ['203.0.113.9', 'allowed'],
  ['203.0.114.9', 'silent'],
])('an Allow of a range judges %s as %s', async (address, verdict) => {
  const statements = [{ ...allow, ...fromRange('IpAddress', '203.0.113.0/24') }];
  expect(await judge(statements, address)).toBe(verdict);
});

it.each([
  ['/health', 'allowed'],
  ['/jobs', 'silent'],
])('a policy for GET /health in the stage v1 judges %s as %s', async (path, verdict) => {
  const statements = [{ ...allow, Resource: 'execute-api:/v1/GET/health' }];
  expect(await judge(statements, '203.0.113.9', path)).toBe(verdict);
});
