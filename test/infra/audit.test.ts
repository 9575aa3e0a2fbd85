import { expect, it } from 'vitest';
import { settingsFor } from '../../infra/environment.ts';
import { settings } from '../../infra/settings.ts';
import { listResources, synthesize } from '../support/template.ts';

const template = synthesize();

const lockOf = (audit: typeof settings.audit) =>
  listResources(synthesize({ audit }), 'AWS::S3::Bucket').AuditTrail?.ObjectLockConfiguration;

it('the audit trail is locked in governance mode for 400 days, with all versions', () => {
  expect(listResources(template, 'AWS::S3::Bucket').AuditTrail).toMatchObject({
    ObjectLockEnabled: true,
    VersioningConfiguration: { Status: 'Enabled' },
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 400 } },
    },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
  });
});

it('in production the audit trail is locked in compliance mode', () => {
  expect(settingsFor('production').audit.object_lock).toBe('compliance');
  expect(lockOf(settingsFor('production').audit)).toMatchObject({
    Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } },
  });
});

it('entries of the audit trail expire after their lock has ended, and manifests never', () => {
  const buckets = listResources(template, 'AWS::S3::Bucket');
  const { Rules } = buckets.AuditTrail!.LifecycleConfiguration;
  expect(Rules).toEqual([
    { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
    {
      Prefix: 'entries/',
      ExpirationInDays: 401,
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      Status: 'Enabled',
    },
  ]);
});

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
it('the bucket of the audit trail refuses an upload that may overwrite an object', () => {
  const policies = listResources(template, 'AWS::S3::BucketPolicy');
  const { Statement } = policies.AuditTrailPolicy!.PolicyDocument;
  expect(Statement).toContainEqual({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 's3:PutObject',
    Resource: 'AuditTrail.Arn/*',
    Condition: { Null: { 's3:if-none-match': 'true' } },
  });
});

it('reads of texts collect for half a minute, and a rule has past days sealed every hour', () => {
  const mappings = listResources(template, 'AWS::Lambda::EventSourceMapping');
  expect(mappings.AuditFeed).toMatchObject({
    EventSourceArn: 'AuditQueue.Arn',
    BatchSize: 1_000,
    MaximumBatchingWindowInSeconds: 'AuditReadSeconds',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  expect(template.toJSON().Parameters.AuditReadSeconds.Default).toBe(30);
  expect(listResources(template, 'AWS::Events::Rule').AuditSeal).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ Arn: 'AuditQueue.Arn', Input: '{"kind":"seal"}' }],
  });
});

const BUCKETS = ['IngestSetAsides', 'IngestFailures', 'LakeBucket', 'JobsInputs', 'AuditTrail'];

it('CloudTrail logs the calls on objects and results of all callers but the functions of the stack', () => {
  const trail = listResources(template, 'AWS::CloudTrail::Trail').DataEventsTrail!;
  expect(trail).toMatchObject({ IsLogging: true, EnableLogFileValidation: true });
  const [objects, rows] = trail.AdvancedEventSelectors.map(
    ({ FieldSelectors }: { FieldSelectors: { Field: string }[] }) =>
      Object.fromEntries(FieldSelectors.map(({ Field, ...operator }) => [Field, operator])),
  );
  expect(objects).toMatchObject({
    eventCategory: { Equals: ['Data'] },
    'resources.type': { Equals: ['AWS::S3::Object'] },
    'resources.ARN': { StartsWith: BUCKETS.map((id) => `${id}.Arn/`) },
  });
  expect(rows).toMatchObject({
    'resources.type': { Equals: ['AWS::DynamoDB::Table'] },
    'resources.ARN': { Equals: ['TablesResults.Arn'] },
  });
  const own: string[] = objects['userIdentity.arn'].NotStartsWith;
  const functions = Object.keys(listResources(template, 'AWS::Lambda::Function'));
  for (const id of functions) {
    expect(
      own.some((arn) => arn.includes(`assumed-role/${id}Role/`)),
      id,
    ).toBe(true);
  }
  expect(own.every((arn) => arn.endsWith('/'))).toBe(true);
  expect(own.filter((arn) => /Upload/.test(arn))).toEqual([]);
  expect(rows['userIdentity.arn']).toEqual(objects['userIdentity.arn']);
});

it('CloudTrail logs all callers, or is left out, by the setting', () => {
  const withEvents = (data_events: typeof settings.audit.data_events) =>
    listResources(
      synthesize({ audit: { ...settings.audit, data_events } }),
      'AWS::CloudTrail::Trail',
    );
  expect(JSON.stringify(withEvents('all'))).not.toContain('userIdentity');
  expect(Object.keys(withEvents('all'))).toEqual(['DataEventsTrail']);
  expect(withEvents('none')).toEqual({});
});

it('the API may send reads to the queue of the trail, and neither reads the key nor writes the bucket', () => {
  const policies = Object.entries(listResources(template, 'AWS::IAM::Policy')).filter(([id]) =>
    /^Api/.test(id),
  );
  const text = JSON.stringify(policies);
  expect(text).toContain('AuditQueue.Arn');
  expect(text).not.toMatch(/AuditKey|AuditTrail/);
});

it('the access log of the API names the tenant, key, address, path and status of each request', () => {
  const stage = listResources(template, 'AWS::ApiGateway::Stage').ApiRestApiDeploymentStagev1!;
  const format = JSON.parse(stage.AccessLogSetting.Format);
  expect(Object.keys(format)).toEqual(
    expect.arrayContaining(['tenant', 'api_key_id', 'source_ip', 'path', 'status', 'request_id']),
  );
  expect(settingsFor('production').api.access_log).toBe(true);
});

// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
it('only CloudTrail may write to the bucket of its files, which expire after 400 days', () => {
  const policies = listResources(template, 'AWS::S3::BucketPolicy');
  const { Statement } = policies.DataEventsFilesPolicy!.PolicyDocument;
  const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
  expect(allowed).toMatchObject([
    { Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: 's3:GetBucketAcl' },
    {
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: 'DataEventsFiles.Arn/AWSLogs/AWS::AccountId/*',
      Condition: {
        StringEquals: {
          'aws:SourceArn': expect.stringContaining(':trail/AuraStream-data-events'),
          's3:x-amz-acl': 'bucket-owner-full-control',
        },
      },
    },
  ]);
  const buckets = listResources(template, 'AWS::S3::Bucket');
  const { Rules } = buckets.DataEventsFiles!.LifecycleConfiguration;
  expect(Rules).toContainEqual({ ExpirationInDays: 400, Status: 'Enabled' });
});
