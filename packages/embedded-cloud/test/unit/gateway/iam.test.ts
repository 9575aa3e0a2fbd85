import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIam } from '../../../src/gateway/iam.ts';
import { matchesAny, type PolicyStatement } from '../../../src/gateway/policy.ts';

const ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/records';
const put = { action: 'kinesis:PutRecords', resource: ARN };
const consumer = { access_key_id: 'AKIACONSUMER', name: 'Consumer', role_logical_id: 'Role' };
const owner = { access_key_id: 'AKIAOWNER', name: 'owner' };

const denialUnder = (statements: PolicyStatement[], permission = put) =>
  createIam({ policiesOf: () => statements }).denial(consumer, [permission]);

test.each<[string, PolicyStatement, boolean]>([
  ['its action and resource', { Effect: 'Allow', Action: put.action, Resource: ARN }, true],
  ['a list', { Effect: 'Allow', Action: ['s3:*', put.action], Resource: [ARN] }, true],
  ['letters of any case', { Effect: 'Allow', Action: 'Kinesis:putrecords', Resource: ARN }, true],
  ['a wildcard', { Effect: 'Allow', Action: 'kinesis:Put*', Resource: 'arn:aws:*' }, true],
  ['one character', { Effect: 'Allow', Action: 'kinesis:PutRecord?', Resource: '*' }, true],
  ['another action', { Effect: 'Allow', Action: 'kinesis:PutRecord', Resource: ARN }, false],
  ['another resource', { Effect: 'Allow', Action: put.action, Resource: `${ARN}2` }, false],
  ['a resource in capitals', { Effect: 'Allow', Action: '*', Resource: ARN.toUpperCase() }, false],
  ['all actions but one', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, true],
  ['all but this action', { Effect: 'Allow', NotAction: 'kinesis:*', Resource: '*' }, false],
  ['all resources but this', { Effect: 'Allow', Action: '*', NotResource: ARN }, false],
  ['no resource', { Effect: 'Allow', Action: '*' }, false],
])('a statement with %s is applied to the call', (_case, statement, allowed) => {
  expect(denialUnder([statement]) === undefined).toBe(allowed);
});

test('a denial has the message that AWS gives', () => {
  expect(denialUnder([])).toBe(
    'User: arn:aws:sts::000000000000:assumed-role/Role/Consumer is not authorized to perform: ' +
      `kinesis:PutRecords on resource: ${ARN} because no identity-based policy allows the kinesis:PutRecords action`,
  );
});

test('a Deny wins over every Allow', () => {
  const allow: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };
  const deny: PolicyStatement = { Effect: 'Deny', Action: 'kinesis:*', Resource: ARN };
  expect(denialUnder([allow, deny])).toContain('with an explicit deny');
  expect(denialUnder([deny, allow])).toContain('with an explicit deny');
});

test('a call is denied unless each of its permissions is allowed', () => {
  const iam = createIam({
    policiesOf: () => [{ Effect: 'Allow', Action: put.action, Resource: ARN }],
  });
  const other = { action: put.action, resource: `${ARN}-other` };
  expect(iam.denial(consumer, [put, other])).toContain(other.resource);
});

test('the owner of the account may do everything', () => {
  expect(createIam({ policiesOf: () => [] }).denial(owner, [put])).toBeUndefined();
});

const under = (Condition: NonNullable<PolicyStatement['Condition']>) =>
  denialUnder([{ Effect: 'Allow', Action: '*', Resource: '*', Condition }]) === undefined;

test('a condition holds where its key has the value', () => {
  expect(under({ StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-1'] } })).toBe(true);
  expect(under({ StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } })).toBe(false);
  expect(under({ StringLike: { 'AWS:requestedregion': 'us-*' } })).toBe(true);
});

test('a condition with an unknown operator or key does not hold', () => {
  expect(under({ Bool: { 'aws:SecureTransport': 'true' } })).toBe(false);
  expect(under({ StringEquals: { 'aws:PrincipalTag/team': 'a' } })).toBe(false);
});

test('unused grants are listed by role, action pattern and resource', () => {
  const iam = createIam({
    roles: () => ['Role', 'Idle'],
    policiesOf: (role) =>
      role === 'Idle'
        ? [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }]
        : [
            { Effect: 'Allow', Action: ['kinesis:Put*', 'kinesis:GetRecords'], Resource: ARN },
            { Effect: 'Deny', Action: 'kinesis:DeleteStream', Resource: '*' },
          ],
  });
  expect(iam.unusedGrants()).toHaveLength(3);
  iam.denial(consumer, [put]);
  expect(iam.unusedGrants()).toEqual([
    { role: 'Role', action: 'kinesis:GetRecords', resource: ARN },
    { role: 'Idle', action: 's3:GetObject', resource: '*' },
  ]);
});

test('a denied call uses no grant', () => {
  const iam = createIam({
    policiesOf: () => [{ Effect: 'Allow', Action: 'kinesis:GetRecords', Resource: ARN }],
  });
  iam.denial(consumer, [put]);
  expect(iam.unusedGrants()).toHaveLength(1);
});

test('a pattern matches the text that it was made of, with any characters', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (parts) => {
      const pattern = parts.map((part) => part.replace(/[*?]/g, '')).join('*');
      expect(matchesAny([pattern], pattern.replaceAll('*', 'any/thing'))).toBe(true);
    }),
  );
});
