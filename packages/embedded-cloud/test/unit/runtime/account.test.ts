// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces these placeholders.
import { expect, it } from 'vitest';
import { loadDeployment } from '../../../src/runtime/deployment.ts';
import type { TemplateResource } from '../../../src/runtime/template/assembly.ts';
import { writeAssembly } from '../../support/assembly.ts';

const RESOURCES: Record<string, TemplateResource> = {
  Stream: { Type: 'AWS::Kinesis::Stream' },
  Reader: { Type: 'AWS::IAM::Role' },
  Group: {
    Type: 'AWS::Athena::WorkGroup',
    Properties: { Name: { 'Fn::Sub': '${AWS::StackName}' } },
  },
  MayRead: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'read',
      Roles: [{ Ref: 'Reader' }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'kinesis:GetRecords',
            Resource: { 'Fn::GetAtt': ['Stream', 'Arn'] },
          },
        ],
      },
    },
  },
};

const write = (stack_name: string, more: Record<string, TemplateResource> = {}) =>
  writeAssembly({ Resources: { ...RESOURCES, ...more } }, {}, stack_name);

it('two stacks of one template have resources of their own, each named after its stack', async () => {
  const { stack, stacks } = await loadDeployment([await write('One'), await write('Two')]);
  const streams = stack.resources('AWS::Kinesis::Stream');
  expect(streams.map(({ logical_id, physical_id }) => [logical_id, physical_id])).toEqual([
    ['Stream', 'One-Stream'],
    ['Two/Stream', 'Two-Stream'],
  ]);
  expect(stacks.map(({ name }) => name)).toEqual(['One', 'Two']);
});

it('a role of one stack may not use the resources of the other stack', async () => {
  const { roles } = await loadDeployment([await write('One'), await write('Two')]);
  const read = roles
    .all()
    .map((id) => [id, roles.statementsOf(id).map(({ Resource }) => Resource)]);
  expect(Object.fromEntries(read)).toEqual({
    Reader: ['arn:aws:kinesis:us-east-1:000000000000:stream/One-Stream'],
    'Two/Reader': ['arn:aws:kinesis:us-east-1:000000000000:stream/Two-Stream'],
  });
});

// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
it('a stack is refused if a name of its resources exists already, as CloudFormation refuses it', async () => {
  const named = { Named: { Type: 'AWS::Athena::WorkGroup', Properties: { Name: 'shared' } } };
  const folders = [await write('One', named), await write('Two', named)];
  await expect(loadDeployment(folders)).rejects.toThrow(
    'shared (AWS::Athena::WorkGroup) of the stack Two already exists in the stack One',
  );
});

it('a second stack of the same name is refused', async () => {
  const folders = [await write('One'), await write('One')];
  await expect(loadDeployment(folders)).rejects.toThrow('One (stack) of the stack One');
});

it('without an assembly there is nothing to deploy', async () => {
  await expect(loadDeployment([])).rejects.toThrow('no cloud assembly');
});
