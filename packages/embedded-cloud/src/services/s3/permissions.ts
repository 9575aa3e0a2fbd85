import type { AwsCall, Permission } from '../../gateway/types.ts';
import { readCopySource } from './copy-source.ts';
import { readObjectsToDelete } from './delete.ts';
import { S3Error } from './errors.ts';
import { readFormKey } from './post-object.ts';
import { parseAddress, readRequest } from './request.ts';
import { asksForRetention, bypassesGovernance } from './retention.ts';

/** IAM action that each S3 action on an object requires. */
const ON_OBJECT: Record<string, string> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  CopyObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  DeleteObject: 's3:DeleteObject',
  GetObjectRetention: 's3:GetObjectRetention',
  PutObjectRetention: 's3:PutObjectRetention',
};
/** IAM action that an S3 action requires instead if the call names a version. */
const ON_VERSION: Record<string, string> = {
  GetObject: 's3:GetObjectVersion',
  HeadObject: 's3:GetObjectVersion',
  DeleteObject: 's3:DeleteObjectVersion',
};
const BYPASS = 's3:BypassGovernanceRetention';
/** IAM action that each S3 action on a bucket requires. */
const ON_BUCKET: Record<string, string> = {
  CreateBucket: 's3:CreateBucket',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  GetBucketLocation: 's3:GetBucketLocation',
  ListObjectVersions: 's3:ListBucketVersions',
  GetObjectLockConfiguration: 's3:GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 's3:PutBucketObjectLockConfiguration',
};

/**
 * Returns the IAM permissions that a call needs.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function findPermissions(call: AwsCall): Permission[] {
  if (call.action === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  try {
    return listPermissions(call);
  } catch (error) {
    // An invalid request needs no permission, because the action will refuse the request.
    if (error instanceof S3Error) return [];
    throw error;
  }
}

function listPermissions(call: AwsCall): Permission[] {
  const { bucket, key } = parseAddress(call.path);
  const on_bucket = ON_BUCKET[call.action];
  if (on_bucket !== undefined) return [{ action: on_bucket, resource: buildArn(bucket) }];
  if (call.action === 'DeleteObjects') {
    return readObjectsToDelete(readRequest(call).body).flatMap((each) => {
      const action = each.version_id === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
      const resource = buildArn(bucket, each.key);
      return [{ action, resource }, ...listLockPermissions(call, resource)];
    });
  }
  if (call.form !== undefined) {
    return [{ action: 's3:PutObject', resource: buildArn(bucket, readFormKey(call.form)) }];
  }
  const names_version = call.query.has('versionId');
  const on_object = (names_version ? ON_VERSION : {})[call.action] ?? ON_OBJECT[call.action];
  if (on_object === undefined) return [];
  const source = call.action === 'CopyObject' ? readCopySource(call.headers) : undefined;
  return [
    { action: on_object, resource: buildArn(bucket, key) },
    ...listLockPermissions(call, buildArn(bucket, key)),
    ...(source ? [{ action: 's3:GetObject', resource: buildArn(source.bucket, source.key) }] : []),
  ];
}

/**
 * Lists the permissions that the object lock headers of a call need.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
function listLockPermissions({ action, headers }: AwsCall, resource: string): Permission[] {
  const is_put = action === 'PutObject' && asksForRetention(headers);
  return [
    ...(is_put ? [{ action: 's3:PutObjectRetention', resource }] : []),
    ...(bypassesGovernance(headers) ? [{ action: BYPASS, resource }] : []),
  ];
}

function buildArn(bucket: string, key?: string): string {
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}
