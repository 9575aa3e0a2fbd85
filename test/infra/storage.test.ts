import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it, vi } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { listResources, type Properties, synthesize } from '../support/template.ts';

vi.mock('../../infra/bundling.ts', () => import('../support/no-bundles.ts'));

let template: Template;
beforeAll(() => {
  template = synthesize();
});

const BUCKETS = ['IngestSetAsides', 'IngestFailures', 'LakeBucket', 'JobsInputs'];
const key = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
];
const EXPIRES = { AttributeName: 'expires_at', Enabled: true };
const RECOVERABLE = { PointInTimeRecoveryEnabled: true };

it.each(BUCKETS)('the bucket %s is private and encrypted, and refuses calls without TLS', (id) => {
  expect(listResources(template, 'AWS::S3::Bucket')[id]).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
      ],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
  expect(listResources(template, 'AWS::S3::BucketPolicy')[`${id}Policy`]).toMatchObject({
    Bucket: id,
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Resource: [`${id}.Arn`, `${id}.Arn/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  });
});

it('inputs and long texts expire with their job, and answers of queries after a week; all else stays', () => {
  const abort = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' };
  const expire = (Prefix: string, ExpirationInDays: number) => ({
    Prefix,
    ExpirationInDays,
    Status: 'Enabled',
  });
  const rules = Object.entries(listResources(template, 'AWS::S3::Bucket')).map(
    ([id, { LifecycleConfiguration }]) => [id, LifecycleConfiguration.Rules],
  );
  expect(Object.fromEntries(rules)).toEqual({
    IngestSetAsides: [abort],
    IngestFailures: [abort],
    LakeBucket: [abort, expire('query-results/', 7)],
    JobsInputs: [abort, expire('inputs/', 30), expire('claims/', 30)],
  });
});

it('each table has its keys, its expiry, its indexes, and recovery unless it can be built again', () => {
  const pay = { BillingMode: 'PAY_PER_REQUEST' };
  const tables = Object.entries(listResources(template, 'AWS::DynamoDB::Table')).map(
    ([id, { AttributeDefinitions: _, GlobalSecondaryIndexes: indexes = [], ...rest }]) => [
      id,
      {
        ...rest,
        indexes: indexes.map(({ IndexName, KeySchema, Projection }: Properties) => [
          IndexName,
          KeySchema,
          Projection.ProjectionType,
        ]),
      },
    ],
  );
  expect(Object.fromEntries(tables)).toEqual({
    TablesCache: {
      ...pay,
      KeySchema: key('fingerprint'),
      TimeToLiveSpecification: EXPIRES,
      indexes: [],
    },
    TablesResults: {
      ...pay,
      KeySchema: key('record_key'),
      TimeToLiveSpecification: EXPIRES,
      PointInTimeRecoverySpecification: RECOVERABLE,
      indexes: [['by_source', key('source_key', 'source_sort'), 'INCLUDE']],
    },
    TablesQuota: { ...pay, KeySchema: key('quota'), indexes: [] },
    JobsTable: {
      ...pay,
      KeySchema: key('job_id', 'part'),
      TimeToLiveSpecification: EXPIRES,
      PointInTimeRecoverySpecification: RECOVERABLE,
      indexes: [
        ['by_tenant', key('tenant', 'created_sort'), 'ALL'],
        ['by_due', key('due_shard', 'due_at'), 'ALL'],
      ],
    },
  });
});

it('results and jobs outlive the stack; the cache and the quota ledger do not', () => {
  const policies = Object.values(template.findResources('AWS::DynamoDB::Table')).map(
    ({ DeletionPolicy, Properties }) => [Properties.KeySchema[0].AttributeName, DeletionPolicy],
  );
  expect(Object.fromEntries(policies)).toEqual({
    fingerprint: 'Delete',
    record_key: 'Retain',
    quota: 'Delete',
    job_id: 'Retain',
  });
});

it('the stream is on demand, encrypted, and keeps records for a day', () => {
  expect(listResources(template, 'AWS::Kinesis::Stream')).toEqual({
    IngestStream: {
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RetentionPeriodHours: 24,
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
    },
  });
});

it('Firehose writes gzipped lines by hour of delivery, with the buffer of the deployment', () => {
  const { LakeDeliveryStream } = listResources(template, 'AWS::KinesisFirehose::DeliveryStream');
  expect(LakeDeliveryStream).toMatchObject({
    DeliveryStreamType: 'DirectPut',
    DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
    ExtendedS3DestinationConfiguration: {
      BucketARN: 'LakeBucket.Arn',
      RoleARN: 'LakeDeliveryRole.Arn',
      Prefix:
        'results/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/',
      ErrorOutputPrefix: expect.stringMatching(/^delivery-errors\//),
      BufferingHints: { IntervalInSeconds: 'LakeBufferSeconds', SizeInMBs: 64 },
      CompressionFormat: 'GZIP',
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: 'AppendDelimiterToRecord',
            Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
          },
        ],
      },
    },
  });
  template.hasParameter('LakeBufferSeconds', { Default: settings.lake.buffer_seconds });
});

it('queries write their answers encrypted below the prefix that expires, whatever a client asks for', () => {
  expect(listResources(template, 'AWS::Athena::WorkGroup').LakeWorkGroup).toMatchObject({
    Name: 'aurastream',
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      ResultConfiguration: {
        OutputLocation: 's3://LakeBucket/query-results/',
        EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      },
    },
  });
});

it('the callback secret is generated with 64 characters', () => {
  const { JobsCallbackSecret } = listResources(template, 'AWS::SecretsManager::Secret');
  expect(JobsCallbackSecret?.GenerateSecretString).toEqual({
    PasswordLength: 64,
    ExcludePunctuation: true,
  });
});
