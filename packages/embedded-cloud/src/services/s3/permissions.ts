import type { AwsCall, Permission } from '../../gateway/types.ts';
import { copySource } from './copy-source.ts';
import { keysToDelete } from './delete.ts';
import { S3Error } from './errors.ts';
import { addressOf, readRequest } from './request.ts';

/** The IAM action of each S3 action on its object or bucket, where the names differ. */
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
const ON_BUCKET: Record<string, string> = {
  CreateBucket: 's3:CreateBucket',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  GetBucketLocation: 's3:GetBucketLocation',
};

/**
 * What IAM asks for a call.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function permissionsOf(call: AwsCall): Permission[] {
  if (call.action === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  try {
    return addressed(call);
  } catch (error) {
    // Not readable, so nothing will be done and nothing need be allowed.
    if (error instanceof S3Error) return [];
    throw error;
  }
}

function addressed(call: AwsCall): Permission[] {
  const { bucket, key } = addressOf(call.path);
  const on_bucket = ON_BUCKET[call.action];
  if (on_bucket !== undefined) return [{ action: on_bucket, resource: arn(bucket) }];
  if (call.action === 'DeleteObjects') {
    return keysToDelete(readRequest(call).body).map((each) => ({
      action: 's3:DeleteObject',
      resource: arn(bucket, each),
    }));
  }
  const on_object = ON_OBJECT[call.action];
  if (on_object === undefined) return [];
  const source = call.action === 'CopyObject' ? copySource(call.headers) : undefined;
  return [
    { action: on_object, resource: arn(bucket, key) },
    ...(source ? [{ action: 's3:GetObject', resource: arn(source.bucket, source.key) }] : []),
  ];
}

function arn(bucket: string, key?: string): string {
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}
