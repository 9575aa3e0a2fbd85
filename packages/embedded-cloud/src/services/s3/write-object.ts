import type { AwsReply } from '../../gateway/types.ts';
import { xmlReply } from '../wire.ts';
import { copySource } from './copy-source.ts';
import { S3Error } from './errors.ts';
import {
  checkKey,
  keptHeaders,
  md5Hex,
  namesEtag,
  quoted,
  writeCondition,
} from './object-headers.ts';
import type { S3Request } from './request.ts';
import type { ObjectInfo } from './sidecar.ts';
import type { ObjectStore } from './store.ts';

/** PutObject. @throws {S3Error} */
export async function putObject(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { bucket, key, headers, body, checksums } = request;
  checkKey(key);
  await store.bucketExists(bucket);
  const etag = md5Hex(body);
  const info = { etag, last_modified: now, headers: keptHeaders(headers), checksums };
  await store.put(bucket, key, body, info, writeCondition(headers));
  return { status: 200, headers: { etag: quoted(etag), ...checksums }, body: '' };
}

/** CopyObject, metadata included unless the directive replaces it. @throws {S3Error} */
export async function copyObject(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { bucket, key, headers } = request;
  const source = copySource(headers);
  const replace = headers['x-amz-metadata-directive']?.toUpperCase() === 'REPLACE';
  if (!replace && source.bucket === bucket && source.key === key)
    throw new S3Error('InvalidRequest');
  checkKey(key);
  await store.bucketExists(bucket);
  await store.bucketExists(source.bucket);
  const object = await store.open(source.bucket, source.key);
  if (object === undefined) throw new S3Error('NoSuchKey');
  try {
    checkSource(object.info, headers);
    const bytes = await object.read(0, object.info.bytes);
    const { checksums } = object.info;
    const kept = replace ? keptHeaders(headers) : object.info.headers;
    const info = { etag: md5Hex(bytes), last_modified: now, headers: kept, checksums };
    await store.put(bucket, key, bytes, info, writeCondition(headers));
    return copied(info.etag, now);
  } finally {
    await object.close();
  }
}

function checkSource(info: ObjectInfo, headers: Record<string, string>): void {
  const match = headers['x-amz-copy-source-if-match'];
  const none = headers['x-amz-copy-source-if-none-match'];
  const refused =
    (match !== undefined && !namesEtag(match, info.etag)) ||
    (none !== undefined && namesEtag(none, info.etag));
  if (refused) throw new S3Error('PreconditionFailed');
}

function copied(etag: string, now: number): AwsReply {
  return xmlReply(
    200,
    `<CopyObjectResult><ETag>&quot;${etag}&quot;</ETag><LastModified>${new Date(now).toISOString()}</LastModified></CopyObjectResult>`,
  );
}
