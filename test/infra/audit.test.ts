import { expect, it } from 'vitest';
import { settingsFor } from '../../infra/environment.ts';
import type { settings } from '../../infra/settings.ts';
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
