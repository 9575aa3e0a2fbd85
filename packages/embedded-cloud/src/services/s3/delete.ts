import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply, escapeXml, findXmlElements, unescapeXml } from '../wire.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';

/**
 * Maximum number of keys in one DeleteObjects call.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
const MOST_KEYS = 1_000;

/**
 * Handles DeleteObject. The call succeeds even if the object does not exist.
 *
 * @throws {S3Error} NoSuchBucket
 */
export async function deleteObject(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  await store.requireBucket(request.bucket);
  await store.remove(request.bucket, request.key);
  return { status: 204, headers: {}, body: '' };
}

/**
 * Handles DeleteObjects.
 *
 * @throws {S3Error} MalformedXML if the body contains no key or more than 1,000 keys
 */
export async function deleteObjects(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  await store.requireBucket(request.bucket);
  const keys = readKeysToDelete(request.body);
  if (keys.length === 0 || keys.length > MOST_KEYS) throw new S3Error('MalformedXML');
  for (const key of keys) await store.remove(request.bucket, key);
  const is_quiet = findXmlElements(request.body.toString('utf8'), 'Quiet')[0] === 'true';
  const deleted = keys.map((key) => `<Deleted><Key>${escapeXml(key)}</Key></Deleted>`);
  return createXmlReply(200, `<DeleteResult>${is_quiet ? '' : deleted.join('')}</DeleteResult>`);
}

/** Reads the keys from the body of a DeleteObjects call. */
export function readKeysToDelete(body: Buffer): string[] {
  return findXmlElements(body.toString('utf8'), 'Key').map(unescapeXml);
}
