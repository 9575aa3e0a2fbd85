import type { AwsCall, Permission } from '../../gateway/types.ts';
import { readCopySource } from './copy-source.ts';
import { readKeysToDelete } from './delete.ts';
import { S3Error } from './errors.ts';
import { readFormKey } from './post-object.ts';
import { parseAddress, readRequest } from './request.ts';

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
};
/** IAM action that each S3 action on a bucket requires. */
const ON_BUCKET: Record<string, string> = {
  CreateBucket: 's3:CreateBucket',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  GetBucketLocation: 's3:GetBucketLocation',
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
    return readKeysToDelete(readRequest(call).body).map((each) => ({
      action: 's3:DeleteObject',
      resource: buildArn(bucket, each),
    }));
  }
  if (call.form !== undefined) {
    return [{ action: 's3:PutObject', resource: buildArn(bucket, readFormKey(call.form)) }];
  }
  const on_object = ON_OBJECT[call.action];
  if (on_object === undefined) return [];
  const source = call.action === 'CopyObject' ? readCopySource(call.headers) : undefined;
  return [
    { action: on_object, resource: buildArn(bucket, key) },
    ...(source ? [{ action: 's3:GetObject', resource: buildArn(source.bucket, source.key) }] : []),
  ];
}

function buildArn(bucket: string, key?: string): string {
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}
