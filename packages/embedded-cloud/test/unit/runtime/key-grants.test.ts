import { expect, it } from 'vitest';
import { createIam } from '../../../src/gateway/iam.ts';
import type { PolicyStatement } from '../../../src/gateway/policy.ts';
import type { AwsCall, AwsService } from '../../../src/gateway/types.ts';
import { createRequireKeys } from '../../../src/runtime/key-grants.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';

const KEY = { 'Fn::GetAtt': ['Key', 'Arn'] };
const stack = createStack({
  stack_name: 'Test',
  template: {
    Resources: {
      Key: { Type: 'AWS::KMS::Key' },
      Stream: {
        Type: 'AWS::Kinesis::Stream',
        Properties: { Name: 'own', StreamEncryption: { EncryptionType: 'KMS', KeyId: KEY } },
      },
      Aliased: {
        Type: 'AWS::Kinesis::Stream',
        Properties: {
          Name: 'aliased',
          StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
        },
      },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'own',
          SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
        },
      },
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'own',
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY } },
            ],
          },
        },
      },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'own', KmsMasterKeyId: KEY } },
      Secret: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: { Name: 'own', KmsKeyId: KEY },
      },
    },
  },
} as unknown as Parameters<typeof createStack>[0]);

const KEY_ARN = stack.resource('Key').attribute('Arn');
const account = 'us-east-1:000000000000';
const SECRET = stack.resource('Secret').physical_id;

/** Returns why a role with these statements may not do an action on a resource. */
function denialOf(action: string, resource: string, statements: PolicyStatement[]) {
  const service = {
    permissionsOf: () => [{ action, resource }],
  } as unknown as AwsService;
  const own: PolicyStatement = { Effect: 'Allow', Action: action, Resource: '*' };
  const { denial } = createIam({ policiesOf: () => [own, ...statements] });
  const caller = { access_key_id: 'A', role_logical_id: 'Role', name: 'fn' };
  return denial(caller, createRequireKeys(stack)(service).permissionsOf({} as AwsCall));
}

const allow = (Action: string | string[], via?: string): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource: KEY_ARN,
  ...(via === undefined ? {} : { Condition: { StringEquals: { 'kms:ViaService': via } } }),
});

it.each([
  ['kinesis:PutRecords', `arn:aws:kinesis:${account}:stream/own`, 'kms:GenerateDataKey'],
  ['kinesis:GetRecords', `arn:aws:kinesis:${account}:stream/own`, 'kms:Decrypt'],
  ['dynamodb:GetItem', `arn:aws:dynamodb:${account}:table/own`, 'kms:Decrypt'],
  ['dynamodb:Query', `arn:aws:dynamodb:${account}:table/own/index/by_day`, 'kms:Decrypt'],
  ['s3:PutObject', 'arn:aws:s3:::own/a/b', 'kms:GenerateDataKey'],
  ['s3:GetObject', 'arn:aws:s3:::own/a/b', 'kms:Decrypt'],
  ['sqs:ReceiveMessage', `arn:aws:sqs:${account}:own`, 'kms:Decrypt'],
  ['secretsmanager:GetSecretValue', SECRET, 'kms:Decrypt'],
])(
  '%s on a resource with a customer-managed key needs a grant for the key',
  (action, arn, needed) => {
    expect(denialOf(action, arn, [])).toContain(`is not authorized to perform: ${needed}`);
    expect(denialOf(action, arn, [allow(needed)])).toBeUndefined();
    const [service] = action.split(':');
    expect(
      denialOf(action, arn, [allow(needed, `${service}.us-east-1.amazonaws.com`)]),
    ).toBeUndefined();
    expect(denialOf(action, arn, [allow(needed, 'ec2.us-east-1.amazonaws.com')])).toContain(needed);
  },
);

it('a sender to a queue with a customer-managed key needs both actions', () => {
  const arn = `arn:aws:sqs:${account}:own`;
  expect(denialOf('sqs:SendMessage', arn, [allow('kms:GenerateDataKey')])).toContain('kms:Decrypt');
  const both = [allow(['kms:GenerateDataKey', 'kms:Decrypt'])];
  expect(denialOf('sqs:SendMessage', arn, both)).toBeUndefined();
});

it.each([
  ['a key of AWS', 'kinesis:PutRecords', `arn:aws:kinesis:${account}:stream/aliased`],
  ['no key', 's3:GetObject', 'arn:aws:s3:::own-not/a'],
  [
    'a key, if the call reads no data',
    'kinesis:DescribeStreamSummary',
    `arn:aws:kinesis:${account}:stream/own`,
  ],
])('a call of a resource with %s needs no grant', (_, action, arn) => {
  expect(denialOf(action, arn, [])).toBeUndefined();
});
