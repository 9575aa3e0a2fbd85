import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply, escapeXml, findXmlElements, unescapeXml } from '../wire.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { bypassesGovernance, checkDeletion } from './retention.ts';
import type { ObjectStore } from './store.ts';

/**
 * Maximum number of keys in one DeleteObjects call.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
const MOST_KEYS = 1_000;

/** The object, or the version of it, that a call deletes. */
interface Target {
  bucket: string;
  key: string;
  version_id: string | undefined;
}

/**
 * Handles DeleteObject. The call succeeds even if the object does not exist. In a bucket with an object
 * lock, a call without a version adds a delete marker, and deletes nothing.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 *
 * @throws {S3Error} NoSuchBucket, AccessDenied if the version is locked
 */
export async function deleteObject(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { bucket, key, query, headers } = request;
  await store.requireBucket(bucket);
  const version_id = query.get('versionId') ?? undefined;
  const bypass = bypassesGovernance(headers);
  const deleted = await deleteTarget(store, { bucket, key, version_id }, { bypass, now });
  return { status: 204, headers: writeHeaders(deleted), body: '' };
}

interface Deleted {
  version_id?: string;
  is_delete_marker?: boolean;
}

async function deleteTarget(
  store: ObjectStore,
  { bucket, key, version_id }: Target,
  options: { bypass: boolean; now: number },
): Promise<Deleted> {
  const is_versioned = (await store.readLock(bucket)) !== undefined;
  if (version_id !== undefined && version_id !== 'null' && !is_versioned) {
    throw new S3Error('NoSuchVersion');
  }
  if (version_id === undefined || !is_versioned) {
    const marker = await store.remove(bucket, key, options.now);
    return marker === undefined ? {} : { version_id: marker, is_delete_marker: true };
  }
  const removed = await store.changeVersion(bucket, key, version_id, ({ retention }) => {
    checkDeletion(retention, options);
    return undefined;
  });
  return { version_id, ...(removed?.is_delete_marker ? { is_delete_marker: true } : {}) };
}

function writeHeaders({ version_id, is_delete_marker }: Deleted): Record<string, string> {
  return {
    ...(version_id === undefined ? {} : { 'x-amz-version-id': version_id }),
    ...(is_delete_marker ? { 'x-amz-delete-marker': 'true' } : {}),
  };
}

/**
 * Handles DeleteObjects. An object that may not be deleted has an error of its own in the reply.
 *
 * @throws {S3Error} MalformedXML if the body contains no key or more than 1,000 keys
 */
export async function deleteObjects(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { bucket, body, headers } = request;
  await store.requireBucket(bucket);
  const objects = readObjectsToDelete(body);
  if (objects.length === 0 || objects.length > MOST_KEYS) throw new S3Error('MalformedXML');
  const is_quiet = findXmlElements(body.toString('utf8'), 'Quiet')[0] === 'true';
  const bypass = bypassesGovernance(headers);
  const entries: string[] = [];
  for (const { key, version_id } of objects) {
    try {
      const deleted = await deleteTarget(store, { bucket, key, version_id }, { bypass, now });
      if (!is_quiet) entries.push(writeDeleted(key, version_id, deleted));
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      entries.push(writeError(key, version_id, error));
    }
  }
  return createXmlReply(200, `<DeleteResult>${entries.join('')}</DeleteResult>`);
}

function writeDeleted(key: string, asked_for: string | undefined, deleted: Deleted): string {
  const { version_id, is_delete_marker } = deleted;
  const marker =
    is_delete_marker && version_id !== undefined
      ? `<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${version_id}</DeleteMarkerVersionId>`
      : '';
  return `<Deleted><Key>${escapeXml(key)}</Key>${writeVersionId(asked_for)}${marker}</Deleted>`;
}

function writeError(key: string, version_id: string | undefined, error: S3Error): string {
  return `<Error><Key>${escapeXml(key)}</Key>${writeVersionId(version_id)}<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
}

function writeVersionId(version_id: string | undefined): string {
  return version_id === undefined ? '' : `<VersionId>${escapeXml(version_id)}</VersionId>`;
}

/** Reads the keys and versions from the body of a DeleteObjects call. */
export function readObjectsToDelete(
  body: Buffer,
): { key: string; version_id: string | undefined }[] {
  return findXmlElements(body.toString('utf8'), 'Object').flatMap((object) => {
    const [key] = findXmlElements(object, 'Key');
    const [version_id] = findXmlElements(object, 'VersionId');
    if (key === undefined) return [];
    return [
      {
        key: unescapeXml(key),
        version_id: version_id === undefined ? undefined : unescapeXml(version_id),
      },
    ];
  });
}
