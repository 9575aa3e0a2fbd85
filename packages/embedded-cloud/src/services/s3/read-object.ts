import type { AwsReply } from '../../gateway/types.ts';
import { S3Error } from './errors.ts';
import { createObjectHeaders, matchesEtag, quoteEtag } from './object-headers.ts';
import type { S3Request } from './request.ts';
import type { ObjectInfo } from './sidecar.ts';
import type { ObjectStore } from './store.ts';
import type { ObjectVersion } from './versions.ts';

/**
 * Handles GetObject. The reply contains the object or a range of the object. If the object was not
 * modified, the reply has the status 304 and no body.
 *
 * @throws {S3Error} NoSuchBucket, NoSuchKey, PreconditionFailed, InvalidRange
 */
export async function getObject(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  await store.requireBucket(request.bucket);
  const version = await findVersion(store, request);
  const { bucket, key } = request;
  const object =
    version === undefined
      ? await store.open(bucket, key)
      : await store.openVersion(bucket, key, version.version_id);
  if (object === undefined) throw new S3Error('NoSuchKey');
  try {
    const plan = planRead(object.info, request);
    const headers = { ...plan.headers, ...writeVersionHeaders(version) };
    if (plan.status === 304) return { ...plan, headers, body: '' };
    return { ...plan, headers, body: await object.read(plan.start, plan.length) };
  } finally {
    await object.close();
  }
}

/**
 * Handles HeadObject. The reply has the status and headers of GetObject, but no body.
 *
 * @throws {S3Error} NoSuchBucket, NoSuchKey, PreconditionFailed, InvalidRange
 */
export async function headObject(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  await store.requireBucket(request.bucket);
  const version = await findVersion(store, request);
  const info = version?.info ?? (await store.readInfo(request.bucket, request.key));
  if (info === undefined) throw new S3Error('NoSuchKey');
  const plan = planRead(info, request);
  return { ...plan, headers: { ...plan.headers, ...writeVersionHeaders(version) }, body: '' };
}

/**
 * Finds the version that a request reads: the one it names, otherwise the latest.
 *
 * @returns undefined if the bucket keeps no versions, or if the object does not exist
 * @throws {S3Error} NoSuchVersion, MethodNotAllowed for a delete marker that the request names
 */
async function findVersion(
  store: ObjectStore,
  { bucket, key, query }: S3Request,
): Promise<ObjectVersion | undefined> {
  const wanted = query.get('versionId');
  if ((await store.readLock(bucket)) === undefined) {
    if (wanted !== null && wanted !== 'null') throw new S3Error('NoSuchVersion');
    return undefined;
  }
  const versions = await store.readVersions(bucket, key);
  if (wanted === null) {
    if (versions[0]?.is_delete_marker) throw new S3Error('NoSuchKey');
    return versions[0];
  }
  const version = versions.find((one) => one.version_id === wanted);
  if (version === undefined) throw new S3Error('NoSuchVersion');
  if (version.is_delete_marker) throw new S3Error('MethodNotAllowed');
  return version;
}

function writeVersionHeaders(version: ObjectVersion | undefined): Record<string, string> {
  if (version === undefined) return {};
  const { version_id, retention } = version;
  const id = { 'x-amz-version-id': version_id };
  if (retention === undefined) return id;
  return {
    ...id,
    'x-amz-object-lock-mode': retention.mode,
    'x-amz-object-lock-retain-until-date': new Date(retention.retain_until).toISOString(),
  };
}

interface ReadPlan {
  status: number;
  headers: Record<string, string>;
  start: number;
  length: number;
}

function planRead(info: ObjectInfo, { headers, query }: S3Request): ReadPlan {
  const common_headers = { ...createObjectHeaders(info), ...readOverrides(query) };
  if (isNotModified(info, headers)) {
    return { status: 304, headers: { etag: quoteEtag(info.etag) }, start: 0, length: 0 };
  }
  const range = parseRange(headers.range, info.bytes);
  if (range === undefined) {
    const checksums =
      headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' ? info.checksums : {};
    const whole = { ...common_headers, ...checksums, 'content-length': String(info.bytes) };
    return { status: 200, headers: whole, start: 0, length: info.bytes };
  }
  const length = range.last - range.first + 1;
  const part = {
    ...common_headers,
    'content-length': String(length),
    'content-range': `bytes ${range.first}-${range.last}/${info.bytes}`,
  };
  return { status: 206, headers: part, start: range.first, length };
}

/**
 * Returns whether the request headers require the reply 304 Not Modified.
 *
 * @throws {S3Error} PreconditionFailed
 */
function isNotModified(info: ObjectInfo, headers: Record<string, string>): boolean {
  const { 'if-match': match, 'if-none-match': none } = headers;
  const since = Date.parse(headers['if-modified-since'] ?? '');
  const until = Date.parse(headers['if-unmodified-since'] ?? '');
  // The modification time is rounded down to seconds, because HTTP dates have a resolution of one
  // second.
  const modified = Math.floor(info.last_modified / 1_000) * 1_000;
  if (match !== undefined ? !matchesEtag(match, info.etag) : modified > until) {
    throw new S3Error('PreconditionFailed');
  }
  return none !== undefined ? matchesEtag(none, info.etag) : modified <= since;
}

/**
 * Parses a `Range` header with a single range of bytes. As in S3, a header in any other form is
 * ignored.
 *
 * @throws {S3Error} InvalidRange
 */
function parseRange(
  header: string | undefined,
  bytes: number,
): { first: number; last: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const first = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (first > last) throw new S3Error('InvalidRange');
  return { first, last };
}

const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/**
 * Reads query parameters such as `response-content-type`, which presigned URLs use to set response
 * headers.
 */
function readOverrides(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    OVERRIDES.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );
}
