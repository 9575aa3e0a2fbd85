import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';
import type { ObjectInfo } from './sidecar.ts';

const KEPT = [
  'content-type',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
];
const METADATA_PREFIX = 'x-amz-meta-';
const DEFAULT_TYPE = 'binary/octet-stream';
/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const LARGEST_METADATA_BYTES = 2_048;

/** The headers of a put that stay with its object. @throws {S3Error} MetadataTooLarge */
export function keptHeaders(headers: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  let metadata_bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const metadata = name.startsWith(METADATA_PREFIX);
    if (metadata)
      metadata_bytes += Buffer.byteLength(name) - METADATA_PREFIX.length + Buffer.byteLength(value);
    if (metadata || KEPT.includes(name)) kept[name] = value;
  }
  if (metadata_bytes > LARGEST_METADATA_BYTES) throw new S3Error('MetadataTooLarge');
  const encoding = headers['content-encoding']
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked')
    .join(',');
  return {
    'content-type': DEFAULT_TYPE,
    ...kept,
    ...(encoding ? { 'content-encoding': encoding } : {}),
  };
}

/** What a GET or HEAD says of an object beside its length. */
export function objectHeaders(info: ObjectInfo): Record<string, string> {
  return {
    'content-type': DEFAULT_TYPE,
    ...info.headers,
    etag: quoted(info.etag),
    'last-modified': new Date(info.last_modified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

export function md5Hex(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Whether an `If-Match` or `If-None-Match` header names this ETag. */
export function namesEtag(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const name = each.trim();
    return name === '*' || name.replace(/^W\//, '').replace(/^"|"$/g, '') === etag;
  });
}

/**
 * The condition of a conditional write. S3 knows `If-None-Match: *` and `If-Match` with an ETag.
 * @throws {S3Error} PreconditionFailed, NoSuchKey, NotImplemented
 */
export function writeCondition(
  headers: Record<string, string>,
): (existing: ObjectInfo | undefined) => void {
  const { 'if-none-match': none, 'if-match': match } = headers;
  if (none !== undefined && none !== '*') throw new S3Error('NotImplemented');
  return (existing) => {
    if (none !== undefined && existing !== undefined) throw new S3Error('PreconditionFailed');
    if (match === undefined) return;
    if (existing === undefined) throw new S3Error('NoSuchKey');
    if (!namesEtag(match, existing.etag)) throw new S3Error('PreconditionFailed');
  };
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY_BYTES = 1_024;

/** @throws {S3Error} KeyTooLongError */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) throw new S3Error('KeyTooLongError');
}
