import {
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { FailureDestination } from './source.ts';

/**
 * Creates a destination that writes reports to a bucket with the credentials of the function's
 * role.
 */
export function createS3Destination(
  bucket_arn: string,
  config: S3ClientConfig,
): FailureDestination {
  const client = new S3Client(config);
  const Bucket = bucket_arn.replace(/^arn:aws:s3:::/, '');
  return {
    async check() {
      await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    },
    async put(Key, Body) {
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json' }),
      );
    },
    close: () => client.destroy(),
  };
}
