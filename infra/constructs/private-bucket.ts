import { Duration, RemovalPolicy, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Creates an encrypted, private bucket. The deletion of the stack does not delete the bucket,
 * because the bucket contains users' records.
 *
 * @param deleted_objects_days days for which deleted and overwritten objects can be restored. If the
 * parameter is absent, they are gone at once.
 * @param object_lock the time for which S3 refuses to delete and to change an object. A bucket with an
 * object lock keeps all versions.
 */
export function createPrivateBucket(
  scope: Construct,
  id: string,
  lifecycleRules: s3.LifecycleRule[] = [],
  {
    deleted_objects_days,
    cors = [],
    object_lock,
  }: {
    deleted_objects_days?: number;
    cors?: s3.CorsRule[];
    object_lock?: s3.ObjectLockRetention;
  } = {},
): s3.Bucket {
  const versions =
    deleted_objects_days === undefined
      ? []
      : [
          {
            noncurrentVersionExpiration: Duration.days(deleted_objects_days),
            expiredObjectDeleteMarker: true,
          },
        ];
  return new s3.Bucket(scope, id, {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
    cors,
    ...(deleted_objects_days === undefined ? {} : { versioned: true }),
    ...(object_lock === undefined
      ? {}
      : { versioned: true, objectLockDefaultRetention: object_lock }),
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ...lifecycleRules,
      ...versions,
    ],
  });
}
