import { Duration, RemovalPolicy, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Creates an encrypted, private bucket. The deletion of the stack does not delete the bucket,
 * because the bucket contains users' records.
 */
export function createPrivateBucket(
  scope: Construct,
  id: string,
  lifecycleRules: s3.LifecycleRule[] = [],
): s3.Bucket {
  return new s3.Bucket(scope, id, {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, ...lifecycleRules],
  });
}
