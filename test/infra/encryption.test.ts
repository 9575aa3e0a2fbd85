import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it } from 'vitest';
import { listResources, type Properties, synthesize } from '../support/template.ts';

const KEY = 'EncryptionKey.Arn';
let template: Template;
beforeAll(() => {
  template = synthesize({ encryption_key: 'new' });
});

/** The properties with which each type of resource that holds data uses the key. */
const STORES: [type: string, properties: Properties][] = [
  ['AWS::Kinesis::Stream', { StreamEncryption: { EncryptionType: 'KMS', KeyId: KEY } }],
  [
    'AWS::DynamoDB::Table',
    { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY } },
  ],
  [
    'AWS::S3::Bucket',
    {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY },
          },
        ],
      },
    },
  ],
  [
    'AWS::KinesisFirehose::DeliveryStream',
    {
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: KEY },
      ExtendedS3DestinationConfiguration: {
        EncryptionConfiguration: { KMSEncryptionConfig: { AWSKMSKeyARN: KEY } },
      },
    },
  ],
  [
    'AWS::Athena::WorkGroup',
    {
      WorkGroupConfiguration: {
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: KEY },
        },
      },
    },
  ],
  ['AWS::SQS::Queue', { KmsMasterKeyId: KEY }],
  ['AWS::SNS::Topic', { KmsMasterKeyId: KEY }],
  ['AWS::Logs::LogGroup', { KmsKeyId: KEY }],
  ['AWS::SecretsManager::Secret', { KmsKeyId: KEY }],
  ['AWS::Lambda::Function', { KmsKeyArn: KEY }],
  ['AWS::CloudTrail::Trail', { KMSKeyId: KEY }],
];

it.each(STORES)(
  'with a customer-managed key, every %s is encrypted with it',
  (type, properties) => {
    const resources = Object.entries(listResources(template, type));
    expect(resources.length).toBeGreaterThan(0);
    for (const [id, resource] of resources) expect(resource, id).toMatchObject(properties);
  },
);

it('with a customer-managed key, no queue asks for a key of SQS as well, which SQS would refuse', () => {
  for (const queue of Object.values(listResources(template, 'AWS::SQS::Queue'))) {
    expect(queue).not.toHaveProperty('SqsManagedSseEnabled');
  }
});

/** Types of resources that hold no data: settings, permissions, and the descriptions of tables. */
const WITHOUT_DATA =
  /^AWS::(ApiGateway|Budgets|CDK|CloudWatch|Events|Glue|IAM|KMS|WAFv2)::|^AWS::(Lambda::(EventSourceMapping|Permission)|Logs::(LogStream|MetricFilter|QueryDefinition)|S3::BucketPolicy|SNS::(Subscription|TopicPolicy)|SQS::QueuePolicy)$/;

it('every type of resource in the template either is encrypted with the key or holds no data', () => {
  const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
    ({ Type }) => Type,
  );
  const encrypted = new Set(STORES.map(([type]) => type));
  const open = types.filter((type) => !encrypted.has(type) && !WITHOUT_DATA.test(type));
  expect([...new Set(open)]).toEqual([]);
});

it('each role of a function, of Firehose and of uploads may use the key, through services only', () => {
  const roles = Object.keys(listResources(template, 'AWS::IAM::Role'));
  const policies = Object.values(listResources(template, 'AWS::IAM::Policy'));
  const may = policies.filter(({ PolicyDocument }) =>
    PolicyDocument.Statement.some(
      ({ Resource, Action, Condition }: Properties) =>
        Resource === KEY &&
        Action.includes('kms:Decrypt') &&
        Action.includes('kms:GenerateDataKey') &&
        Condition?.StringEquals['kms:ViaService'].includes('dynamodb.AWS::Region.AWS::URLSuffix'),
    ),
  );
  const allowed = new Set(may.flatMap(({ Roles }) => Roles));
  expect(roles.filter((role) => !allowed.has(role))).toEqual(['ApiRestApiCloudWatchRole']);
});

it('the key is rotated, outlives the stack, and lets the services that have no role use it', () => {
  const [key] = Object.values(template.findResources('AWS::KMS::Key'));
  expect(key?.DeletionPolicy).toBe('Retain');
  expect(key?.Properties.EnableKeyRotation).toBe(true);
  expect(Object.keys(listResources(template, 'AWS::KMS::Key'))).toEqual(['EncryptionKey']);
  const { Statement } = listResources(template, 'AWS::KMS::Key').EncryptionKey!.KeyPolicy;
  const services = Statement.flatMap(({ Principal }: Properties) => Principal.Service ?? []);
  expect(services.sort()).toEqual([
    'budgets.amazonaws.com',
    'cloudtrail.amazonaws.com',
    'cloudwatch.amazonaws.com',
    'events.amazonaws.com',
    'logs.AWS::Region.AWS::URLSuffix',
  ]);
  for (const { Principal, Condition } of Statement) {
    if (Principal.Service !== undefined) expect(Condition).toBeDefined();
  }
});

it('a key that exists is used as it is, and the stack creates none', () => {
  const arn = 'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111';
  const with_own = synthesize({ encryption_key: arn });
  expect(listResources(with_own, 'AWS::KMS::Key')).toEqual({});
  for (const bucket of Object.values(listResources(with_own, 'AWS::S3::Bucket'))) {
    expect(JSON.stringify(bucket)).toContain(arn);
  }
});

it('every bucket, queue and topic refuses calls without TLS', () => {
  const expectRefusal = (
    type: string,
    policy: string,
    target: (properties: Properties) => string[],
  ) => {
    const policies = Object.values(listResources(template, policy)).filter(({ PolicyDocument }) =>
      PolicyDocument.Statement.some(
        ({ Effect, Condition }: Properties) =>
          Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
      ),
    );
    expect(policies.flatMap(target).sort()).toEqual(
      Object.keys(listResources(template, type)).sort(),
    );
  };
  expectRefusal('AWS::S3::Bucket', 'AWS::S3::BucketPolicy', ({ Bucket }) => [Bucket]);
  expectRefusal('AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', ({ Queues }) => Queues);
  expectRefusal('AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', ({ Topics }) => Topics);
});
