// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax of Fn::Sub.
import { describe, expect, it } from 'vitest';
import { loadAssembly, type Template } from '../../../src/runtime/template/assembly.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';
import { writeAssembly } from '../../support/assembly.ts';

async function stackOf(template: Template, overrides?: Record<string, string>) {
  return createStack(await loadAssembly(await writeAssembly(template)), overrides);
}

/** A value of a template, resolved. */
async function resolved(value: unknown, more: Partial<Template> = {}): Promise<unknown> {
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

describe('names', () => {
  it('takes the given name, and else makes one that the service allows', async () => {
    expect(await resolved({ Ref: 'Stream' })).toBe('texts');
    expect(await resolved({ Ref: 'Bucket' })).toBe('fixture-bucket');
  });

  it('makes ARNs of the embedded account', async () => {
    expect(await resolved({ 'Fn::GetAtt': ['Stream', 'Arn'] })).toBe(
      'arn:aws:kinesis:us-east-1:000000000000:stream/texts',
    );
    expect(await resolved({ 'Fn::GetAtt': 'Bucket.Arn' })).toBe('arn:aws:s3:::fixture-bucket');
  });

  it('makes the same ids again, so that a restart finds what it made', async () => {
    const template = { Resources: { Api: { Type: 'AWS::ApiGateway::RestApi' } } };
    const [first, second] = await Promise.all([stackOf(template), stackOf(template)]);
    expect(first.resource('Api').physical_id).toMatch(/^[a-z0-9]{10}$/);
    expect(first.resource('Api').physical_id).toBe(second.resource('Api').physical_id);
  });
});

describe('intrinsics', () => {
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
    ['a parameter', { Ref: 'Seconds' }, '60'],
    [
      'a policy condition, which is no intrinsic',
      { Condition: { Bool: { a: 'b' } } },
      { Condition: { Bool: { a: 'b' } } },
    ],
  ])('resolves %s', async (_, value, expected) => {
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
    expect(await resolved(value, more)).toEqual(expected);
  });

  it('takes a parameter from the caller before its default', async () => {
    const stack = await stackOf(
      { ...parameters, Resources: {}, Outputs: { S: { Value: { Ref: 'Seconds' } } } },
      { Seconds: '5' },
    );
    expect(stack.outputs()).toEqual({ S: '5' });
  });

  it('leaves out what a false condition leaves out', async () => {
    const stack = await stackOf({
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { Gone: { Type: 'AWS::S3::Bucket', Condition: 'No' } },
      Outputs: { Gone: { Value: { Ref: 'Gone' }, Condition: 'No' } },
    });
    expect(stack.resources('AWS::S3::Bucket')).toEqual([]);
    expect(stack.outputs()).toEqual({});
  });
});

describe('what cannot be', () => {
  it('names logical id and type of a resource that is not played', async () => {
    const template = { Resources: { Queue: { Type: 'AWS::StepFunctions::StateMachine' } } };
    await expect(stackOf(template)).rejects.toThrow(
      /Queue \(AWS::StepFunctions::StateMachine\) is not emulated. Emulated types: AWS::Kinesis/,
    );
  });

  it('names the resource whose intrinsic is not played', async () => {
    await expect(resolved({ 'Fn::ImportValue': 'other' })).rejects.toThrow(
      'Probe (AWS::Logs::LogGroup): The intrinsic Fn::ImportValue is not emulated.',
    );
  });

  it('names a reference to nothing, and a circle', async () => {
    await expect(resolved({ Ref: 'Nothing' })).rejects.toThrow(
      /Probe.*no resource or parameter Nothing/,
    );
    await expect(
      resolved(
        { Ref: 'Bucket2' },
        {
          Resources: {
            Bucket2: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Bucket2' } } },
          },
        },
      ),
    ).rejects.toThrow(/refers to itself/);
  });

  it('refuses parameters that the template has not', async () => {
    await expect(stackOf({ Resources: {} }, { Typo: '1' })).rejects.toThrow('no parameter Typo');
  });
});
