import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply } from '../wire.ts';
import { readCopySource } from './copy-source.ts';
import { S3Error } from './errors.ts';
import { chooseRetention, refuseLocked } from './lock-actions.ts';
import {
  checkKey,
  computeMd5,
  createWriteCondition,
  matchesEtag,
  quoteEtag,
  selectStoredHeaders,
} from './object-headers.ts';
import type { S3Request } from './request.ts';
import type { ObjectInfo } from './sidecar.ts';
import type { ObjectStore } from './store.ts';

/**
 * Handles PutObject.
 *
 * @throws {S3Error} if the bucket, the key, the metadata or the write condition is invalid
 */
export async function putObject(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { bucket, key, headers, body, checksums } = request;
  checkKey(key);
  await store.requireBucket(bucket);
  const retention = await chooseRetention(store, request, now);
  const etag = computeMd5(body);
  const info = { etag, last_modified: now, headers: selectStoredHeaders(headers), checksums };
  const condition = createWriteCondition(headers);
  const version_id = await store.put(bucket, key, body, info, condition, retention);
  const version = version_id === undefined ? {} : { 'x-amz-version-id': version_id };
  return { status: 200, headers: { etag: quoteEtag(etag), ...checksums, ...version }, body: '' };
}

/**
 * Handles CopyObject. The metadata of the source is copied, unless the header
 * `x-amz-metadata-directive` is `REPLACE`.
 *
 * @throws {S3Error} if the source, the destination or a condition is invalid
 */
export async function copyObject(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { bucket, key, headers } = request;
  const source = readCopySource(headers);
  const is_replaced = headers['x-amz-metadata-directive']?.toUpperCase() === 'REPLACE';
  if (!is_replaced && source.bucket === bucket && source.key === key)
    throw new S3Error('InvalidRequest');
  checkKey(key);
  await store.requireBucket(bucket);
  await refuseLocked(store, bucket);
  await store.requireBucket(source.bucket);
  const object = await store.open(source.bucket, source.key);
  if (object === undefined) throw new S3Error('NoSuchKey');
  try {
    checkSource(object.info, headers);
    const bytes = await object.read(0, object.info.bytes);
    const { checksums } = object.info;
    const stored = is_replaced ? selectStoredHeaders(headers) : object.info.headers;
    const info = { etag: computeMd5(bytes), last_modified: now, headers: stored, checksums };
    void (await store.put(bucket, key, bytes, info, createWriteCondition(headers)));
    return createCopyReply(info.etag, now);
  } finally {
    await object.close();
  }
}

function checkSource(info: ObjectInfo, headers: Record<string, string>): void {
  const match = headers['x-amz-copy-source-if-match'];
  const none = headers['x-amz-copy-source-if-none-match'];
  const is_refused =
    (match !== undefined && !matchesEtag(match, info.etag)) ||
    (none !== undefined && matchesEtag(none, info.etag));
  if (is_refused) throw new S3Error('PreconditionFailed');
}

function createCopyReply(etag: string, now: number): AwsReply {
  return createXmlReply(
    200,
    `<CopyObjectResult><ETag>&quot;${etag}&quot;</ETag><LastModified>${new Date(now).toISOString()}</LastModified></CopyObjectResult>`,
  );
}
