// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces these placeholders.
import { expect, it } from 'vitest';
import { loadAssembly, type Template } from '../../../src/runtime/template/assembly.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';
import { writeAssembly } from '../../support/assembly.ts';

async function stackOf(template: Template, overrides?: Record<string, string>) {
  return createStack(await loadAssembly(await writeAssembly(template)), overrides);
}

/** Resolves `value` as the property of a resource in a small template. */
async function resolve(value: unknown, more: Partial<Template> = {}): Promise<unknown> {
  const stack = await stackOf({
    ...more,
    Resources: {
      Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'texts' } },
      Bucket: { Type: 'AWS::S3::Bucket' },
      Probe: { Type: 'AWS::Logs::LogGroup', Properties: { value } },
      ...more.Resources,
    },
  });
  return stack.resource('Probe').properties().value;
}

it('a resource has the given name, or else one that the service allows', async () => {
  expect(await resolve({ Ref: 'Stream' })).toBe('texts');
  expect(await resolve({ Ref: 'Bucket' })).toBe('fixture-bucket');
});

it('ARNs are in the embedded account', async () => {
  expect(await resolve({ 'Fn::GetAtt': ['Stream', 'Arn'] })).toBe(
    'arn:aws:kinesis:us-east-1:000000000000:stream/texts',
  );
  expect(await resolve({ 'Fn::GetAtt': 'Bucket.Arn' })).toBe('arn:aws:s3:::fixture-bucket');
});

it('the same template gets the same ids, so that a restart finds its resources', async () => {
  const template = { Resources: { Api: { Type: 'AWS::ApiGateway::RestApi' } } };
  const [first, second] = await Promise.all([stackOf(template), stackOf(template)]);
  expect(first.resource('Api').physical_id).toMatch(/^[a-z0-9]{10}$/);
  expect(first.resource('Api').physical_id).toBe(second.resource('Api').physical_id);
});

const parameters = { Parameters: { Seconds: { Type: 'Number', Default: 60 } } };
it.each([
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Stream' }]] }, 'a-texts'],
  [
    'Sub',
    { 'Fn::Sub': '${Stream}@${AWS::Region}/${Stream.Arn}/${!Literal}' },
    'texts@us-east-1/arn:aws:kinesis:us-east-1:000000000000:stream/texts/${Literal}',
  ],
  [
    'Sub with values',
    { 'Fn::Sub': ['${x}-${Stream}', { x: { Ref: 'Bucket' } }] },
    'fixture-bucket-texts',
  ],
  ['Select and Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ['If', { 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
  [
    'NoValue',
    { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [{ Ref: 'AWS::NoValue' }, 2] },
    { kept: 1, list: [2] },
  ],
  ['FindInMap', { 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'x'] }, 'mapped'],
  ['Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
  ['Ref of a parameter', { Ref: 'Seconds' }, '60'],
  [
    'Condition of a policy, which is not an intrinsic,',
    { Condition: { Bool: { a: 'b' } } },
    { Condition: { Bool: { a: 'b' } } },
  ],
])('the intrinsic %s is resolved', async (_, value, expected) => {
  const conditions = {
    Yes: {
      'Fn::And': [
        { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws'] },
        { 'Fn::Not': [{ Condition: 'No' }] },
      ],
    },
    No: { 'Fn::Or': [{ 'Fn::Equals': ['a', 'b'] }] },
  };
  const more = {
    ...parameters,
    Conditions: conditions,
    Mappings: { Map: { 'us-east-1': { x: 'mapped' } } },
  };
  expect(await resolve(value, more)).toEqual(expected);
});

it('a given parameter wins over its default', async () => {
  const stack = await stackOf(
    { ...parameters, Resources: {}, Outputs: { S: { Value: { Ref: 'Seconds' } } } },
    { Seconds: '5' },
  );
  expect(stack.outputs()).toEqual({ S: '5' });
});

it('resources and outputs whose condition is false are left out', async () => {
  const stack = await stackOf({
    Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
    Resources: { Gone: { Type: 'AWS::S3::Bucket', Condition: 'No' } },
    Outputs: { Gone: { Value: { Ref: 'Gone' }, Condition: 'No' } },
  });
  expect(stack.resources('AWS::S3::Bucket')).toEqual([]);
  expect(stack.outputs()).toEqual({});
});

it('a resource that is not emulated is refused with its logical id and type', async () => {
  const template = { Resources: { Queue: { Type: 'AWS::StepFunctions::StateMachine' } } };
  await expect(stackOf(template)).rejects.toThrow(
    /Queue \(AWS::StepFunctions::StateMachine\) is not emulated. Emulated types: AWS::Kinesis/,
  );
});

it('an intrinsic that is not emulated is refused with the id of its resource', async () => {
  await expect(resolve({ 'Fn::ImportValue': 'other' })).rejects.toThrow(
    'Probe (AWS::Logs::LogGroup): The intrinsic Fn::ImportValue is not emulated.',
  );
});

it('a reference to nothing and a circular reference are refused with the id of their resource', async () => {
  await expect(resolve({ Ref: 'Nothing' })).rejects.toThrow(
    /Probe.*no resource or parameter Nothing/,
  );
  await expect(
    resolve(
      { Ref: 'Bucket2' },
      {
        Resources: {
          Bucket2: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Bucket2' } } },
        },
      },
    ),
  ).rejects.toThrow(/refers to itself/);
});

it('a parameter that the template does not have is refused', async () => {
  await expect(stackOf({ Resources: {} }, { Typo: '1' })).rejects.toThrow('no parameter Typo');
});
