import type { AwsReply } from '../../gateway/types.ts';
import { S3Error } from './errors.ts';
import { namesEtag, objectHeaders, quoted } from './object-headers.ts';
import type { S3Request } from './request.ts';
import type { ObjectInfo } from './sidecar.ts';
import type { ObjectStore } from './store.ts';

/** GetObject: the whole, a range, or 304. @throws {S3Error} */
export async function getObject(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  await store.bucketExists(request.bucket);
  const object = await store.open(request.bucket, request.key);
  if (object === undefined) throw new S3Error('NoSuchKey');
  try {
    const plan = answer(object.info, request);
    if (plan.status === 304) return { ...plan, body: '' };
    return { ...plan, body: await object.read(plan.start, plan.length) };
  } finally {
    await object.close();
  }
}

/** HeadObject: what GetObject would say, without the bytes. @throws {S3Error} */
export async function headObject(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  await store.bucketExists(request.bucket);
  const info = await store.info(request.bucket, request.key);
  if (info === undefined) throw new S3Error('NoSuchKey');
  return { ...answer(info, request), body: '' };
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  start: number;
  length: number;
}

function answer(info: ObjectInfo, { headers, query }: S3Request): Answer {
  const said = { ...objectHeaders(info), ...overrides(query) };
  if (notModified(info, headers)) {
    return { status: 304, headers: { etag: quoted(info.etag) }, start: 0, length: 0 };
  }
  const range = byteRange(headers.range, info.bytes);
  if (range === undefined) {
    const checksums =
      headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' ? info.checksums : {};
    const whole = { ...said, ...checksums, 'content-length': String(info.bytes) };
    return { status: 200, headers: whole, start: 0, length: info.bytes };
  }
  const length = range.last - range.first + 1;
  const part = {
    ...said,
    'content-length': String(length),
    'content-range': `bytes ${range.first}-${range.last}/${info.bytes}`,
  };
  return { status: 206, headers: part, start: range.first, length };
}

/** @throws {S3Error} PreconditionFailed */
function notModified(info: ObjectInfo, headers: Record<string, string>): boolean {
  const { 'if-match': match, 'if-none-match': none } = headers;
  const since = Date.parse(headers['if-modified-since'] ?? '');
  const until = Date.parse(headers['if-unmodified-since'] ?? '');
  // HTTP dates have whole seconds.
  const modified = Math.floor(info.last_modified / 1_000) * 1_000;
  if (match !== undefined ? !namesEtag(match, info.etag) : modified > until) {
    throw new S3Error('PreconditionFailed');
  }
  return none !== undefined ? namesEtag(none, info.etag) : modified <= since;
}

/** One range; what is not one is ignored, as HTTP allows and S3 does. @throws {S3Error} InvalidRange */
function byteRange(
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

/** `response-content-type=…` in the query: what a presigned URL's maker wants its user's browser to see. */
function overrides(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    OVERRIDES.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );
}
