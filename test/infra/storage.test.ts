import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { INDEXED_ATTRIBUTES } from '../../schemas/index.ts';
import { listDeletions, listResources, type Properties, synthesize } from '../support/template.ts';

let template: Template;
beforeAll(() => {
  template = synthesize();
});

const key = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
];
/**
 * The attributes in the indexes of the results table. CloudFormation cannot change the list of an
 * index. A change of this list needs an index of another name (docs/operations.md).
 */
const INDEXED = [
  ...['expires_at', 'record_id', 'tenant', 'source', 'record_version', 'status'],
  ...['sentiment', 'score', 'confidence', 'scores', 'language_code', 'language_source'],
  ...['analyzer', 'cache', 'chunks', 'text_hash', 'text_bytes'],
  ...['created_at', 'arrived_at', 'processed_at'],
];
const listingIndex = (IndexName: string, sort_key: string) => ({
  IndexName,
  KeySchema: key('listing_key', sort_key),
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: INDEXED },
});
const EXPIRES = { AttributeName: 'expires_at', Enabled: true };
const RECOVERABLE = {
  DeletionProtectionEnabled: false,
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
};

const ABORT = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' };
const expire = (Prefix: string, ExpirationInDays: number) => ({
  Prefix,
  ExpirationInDays,
  Status: 'Enabled',
});
const DELETED = {
  NoncurrentVersionExpiration: { NoncurrentDays: 7 },
  ExpiredObjectDeleteMarker: true,
  Status: 'Enabled',
};
const LIFECYCLES: Record<string, object[]> = {
  IngestSetAsides: [
    ABORT,
    ...['set-asides/', 'over-budget/', 'restored/', 'privacy-requests/'].map((prefix) =>
      expire(prefix, 80),
    ),
    expire('unreadable/', 14),
    DELETED,
  ],
  IngestFailures: [ABORT, { ExpirationInDays: 14, Status: 'Enabled' }, DELETED],
  LakeBucket: [
    ABORT,
    expire('query-results/', 7),
    expire('results_raw/', 30),
    expire('delivery-errors/', 30),
    DELETED,
  ],
  JobsInputs: [
    ABORT,
    expire('inputs/', 2),
    expire('record-lists/', 30),
    expire('claims/', 45),
    expire('exports/', 7),
  ],
};
const BUCKETS = Object.keys(LIFECYCLES);
const DASHBOARD_UPLOADS = {
  AllowedHeaders: ['Content-Type'],
  AllowedMethods: ['PUT', 'POST'],
  AllowedOrigins: ['https://ApiRestApi.execute-api.AWS::Region.AWS::URLSuffix'],
  ExposedHeaders: ['ETag'],
  MaxAge: 3_600,
};
/** The buckets of the audit trail and of CloudTrail are tested in audit.test.ts. */
const AUDIT_BUCKETS = ['AuditTrail', 'DataEventsFiles'];

it('inputs expire a day after the deadline of their job, record lists with their job and long texts after 45 days, answers of queries and files of exports after a week, raw lines of results after 30 days, set-asides after 80, failed batches after 14; all else stays', () => {
  const rules = Object.entries(listResources(template, 'AWS::S3::Bucket')).map(
    ([id, { LifecycleConfiguration }]) => [id, LifecycleConfiguration.Rules],
  );
  const others = rules.filter(([id]) => !AUDIT_BUCKETS.includes(String(id)));
  expect(Object.fromEntries(others)).toEqual(LIFECYCLES);
});

it('results in the lake move to the class for infrequent access at the age of the setting', () => {
  const moved = synthesize({ lake: { ...settings.lake, infrequent_access_days: 45 } });
  const { LakeBucket } = listResources(moved, 'AWS::S3::Bucket');
  expect(LakeBucket?.LifecycleConfiguration.Rules).toContainEqual({
    Prefix: 'results/',
    Transitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays: 45 }],
    Status: 'Enabled',
  });
});

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
it('results that should move before S3 allows it are refused at synthesis', () => {
  const lake = { ...settings.lake, infrequent_access_days: 29 };
  expect(() => synthesize({ lake })).toThrow('expected at least 30, got 29');
});

it.each(['set_asides_days', 'failures_days', 'unreadable_days'])(
  '%s is refused if it is not less than the time of a row, because an erased record could come back',
  (name) => {
    expect(() => synthesize({ [name]: 90 })).toThrow(`${name}: expected less than the 90 days`);
  },
);

it.each(BUCKETS)(
  'the bucket %s is private and encrypted, and keeps deleted objects unless they expire anyway',
  (id) => {
    const { LifecycleConfiguration: _, ...bucket } = listResources(template, 'AWS::S3::Bucket')[
      id
    ]!;
    expect(bucket).toEqual({
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
      ...(id === 'JobsInputs' ? {} : { VersioningConfiguration: { Status: 'Enabled' } }),
      // The dashboard uploads the files of jobs from the origin of the API.
      ...(id === 'JobsInputs' ? { CorsConfiguration: { CorsRules: [DASHBOARD_UPLOADS] } } : {}),
      ...(['JobsInputs', 'LakeBucket'].includes(id)
        ? { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } }
        : {}),
    });
  },
);

it.each(BUCKETS)('the bucket %s refuses calls without TLS', (id) => {
  expect(listResources(template, 'AWS::S3::BucketPolicy')[`${id}Policy`]).toEqual({
    Bucket: id,
    PolicyDocument: {
      Version: '2012-10-17',
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

it('every bucket outlives the stack', () => {
  const kept = [...BUCKETS, ...AUDIT_BUCKETS].map((id) => [id, 'Retain']);
  expect(listDeletions(template, 'AWS::S3::Bucket')).toEqual(Object.fromEntries(kept));
});

const PAY = { BillingMode: 'PAY_PER_REQUEST' };
const TABLES: [id: string, table: object][] = [
  ['TablesCache', { KeySchema: key('fingerprint'), TimeToLiveSpecification: EXPIRES }],
  [
    'TablesResults',
    {
      KeySchema: key('record_key'),
      TimeToLiveSpecification: EXPIRES,
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      ...RECOVERABLE,
      GlobalSecondaryIndexes: [
        listingIndex('by_created', 'created_sort'),
        listingIndex('by_arrival', 'arrival_sort'),
      ],
    },
  ],
  [
    'TablesCounts',
    {
      KeySchema: key('partition', 'bucket'),
      TimeToLiveSpecification: EXPIRES,
      ...RECOVERABLE,
    },
  ],
  ['TablesHistory', { KeySchema: key('record_key', 'position'), TimeToLiveSpecification: EXPIRES }],
  [
    'TablesAlerts',
    { KeySchema: key('partition', 'item'), TimeToLiveSpecification: EXPIRES, ...RECOVERABLE },
  ],
  ['TablesQuota', { KeySchema: key('quota'), TimeToLiveSpecification: EXPIRES }],
  ['TablesKeys', { KeySchema: key('key_hash'), ...RECOVERABLE }],
  ['KeeperTable', { KeySchema: key('part', 'item'), TimeToLiveSpecification: EXPIRES }],
  [
    'JobsTable',
    {
      KeySchema: key('job_id', 'part'),
      TimeToLiveSpecification: EXPIRES,
      ...RECOVERABLE,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by_tenant',
          KeySchema: key('tenant', 'created_sort'),
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'by_due',
          KeySchema: key('due_shard', 'due_at'),
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
  ],
];

it.each(TABLES)(
  'the table %s has its keys, its expiry, its indexes, its stream, and recovery unless it can be built again',
  (id, expected) => {
    const { AttributeDefinitions: attributes, ...table } = listResources(
      template,
      'AWS::DynamoDB::Table',
    )[id]!;
    expect(table).toEqual({ ...PAY, ...expected });
    const types = attributes.map(({ AttributeType }: Properties) => AttributeType);
    expect(new Set(types)).toEqual(new Set(['S']));
  },
);

it('results, counts, alerts, jobs and the states of keys outlive the stack; the cache, the history, the quota ledger and the manifest of the keeper do not', () => {
  expect(listDeletions(template, 'AWS::DynamoDB::Table')).toEqual({
    TablesCache: 'Delete',
    TablesResults: 'Retain',
    TablesCounts: 'Retain',
    TablesHistory: 'Delete',
    TablesAlerts: 'Retain',
    TablesQuota: 'Delete',
    TablesKeys: 'Retain',
    KeeperTable: 'Delete',
    JobsTable: 'Retain',
  });
});

it('the indexes of the results table hold every field that listings need, within the 20 attributes that DynamoDB allows', () => {
  expect(INDEXED.toSorted()).toEqual(INDEXED_ATTRIBUTES.toSorted());
  expect(INDEXED.length).toBeLessThanOrEqual(20);
});

it('both streams are on demand, encrypted, and keep records for a day', () => {
  const stream = {
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    RetentionPeriodHours: 24,
    StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
  };
  expect(listResources(template, 'AWS::Kinesis::Stream')).toEqual({
    IngestStream: stream,
    IngestBulkStream: stream,
  });
});

it('the keys of callbacks and of restored records are generated with 64 characters each', () => {
  const generated = {
    Description: expect.any(String),
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
  };
  expect(listResources(template, 'AWS::SecretsManager::Secret')).toEqual({
    AuditKey: generated,
    IngestRestoreKey: generated,
    JobsCallbackSecret: generated,
  });
});
