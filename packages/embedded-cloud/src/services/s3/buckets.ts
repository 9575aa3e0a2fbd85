import type { AwsReply } from '../../gateway/types.ts';
import { REGION } from '../../gateway/types.ts';
import { createXmlReply, escapeXml } from '../wire.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';

/**
 * Handles CreateBucket. If the bucket exists, the call succeeds and does not change the bucket.
 *
 * @throws {S3Error} InvalidBucketName
 */
export async function createBucket(
  store: ObjectStore,
  { bucket, headers }: S3Request,
): Promise<AwsReply> {
  await store.createBucket(bucket);
  const is_locked = headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true';
  if (is_locked && (await store.readLock(bucket)) === undefined) await store.setLock(bucket, {});
  return { status: 200, headers: { location: `/${bucket}` }, body: '' };
}

/** Handles HeadBucket. @throws {S3Error} NoSuchBucket */
export async function headBucket(store: ObjectStore, bucket: string): Promise<AwsReply> {
  await store.requireBucket(bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': REGION }, body: '' };
}

/**
 * Handles GetBucketLocation. The location constraint in the reply is empty, because us-east-1 has
 * no location constraint.
 *
 * @throws {S3Error} NoSuchBucket
 */
export async function getBucketLocation(store: ObjectStore, bucket: string): Promise<AwsReply> {
  await store.requireBucket(bucket);
  return createXmlReply(
    200,
    '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>',
  );
}

/** Handles ListBuckets. */
export async function listBuckets(store: ObjectStore): Promise<AwsReply> {
  const buckets = (await store.listBuckets()).map(
    ({ name, created_at }) =>
      `<Bucket><Name>${escapeXml(name)}</Name><CreationDate>${new Date(created_at).toISOString()}</CreationDate></Bucket>`,
  );
  return createXmlReply(
    200,
    `<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets>${buckets.join('')}</Buckets></ListAllMyBucketsResult>`,
  );
}
