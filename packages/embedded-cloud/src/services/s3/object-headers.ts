import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';
import type { ObjectInfo } from './sidecar.ts';

const STORED_HEADERS = [
  'content-type',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
];
const METADATA_PREFIX = 'x-amz-meta-';
const DEFAULT_TYPE = 'binary/octet-stream';
/**
 * Maximum total size of an object's user-defined metadata, in bytes.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
const LARGEST_METADATA_BYTES = 2_048;

/**
 * Takes the headers of a put request, and selects the headers that are stored with the object.
 *
 * @throws {S3Error} MetadataTooLarge
 */
export function selectStoredHeaders(headers: Record<string, string>): Record<string, string> {
  const stored: Record<string, string> = {};
  let metadata_bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const is_metadata = name.startsWith(METADATA_PREFIX);
    if (is_metadata)
      metadata_bytes += Buffer.byteLength(name) - METADATA_PREFIX.length + Buffer.byteLength(value);
    if (is_metadata || STORED_HEADERS.includes(name)) stored[name] = value;
  }
  if (metadata_bytes > LARGEST_METADATA_BYTES) throw new S3Error('MetadataTooLarge');
  const encoding = headers['content-encoding']
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked')
    .join(',');
  return {
    'content-type': DEFAULT_TYPE,
    ...stored,
    ...(encoding ? { 'content-encoding': encoding } : {}),
  };
}

/** Creates the headers of the reply to GET and HEAD, except the content length. */
export function createObjectHeaders(info: ObjectInfo): Record<string, string> {
  return {
    'content-type': DEFAULT_TYPE,
    ...info.headers,
    etag: quoteEtag(info.etag),
    'last-modified': new Date(info.last_modified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

export function quoteEtag(etag: string): string {
  return `"${etag}"`;
}

export function computeMd5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Returns whether an `If-Match` or `If-None-Match` header matches the given ETag. */
export function matchesEtag(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const name = each.trim();
    return name === '*' || name.replace(/^W\//, '').replace(/^"|"$/g, '') === etag;
  });
}

/**
 * Creates the function that checks the condition of a conditional write. S3 supports the conditions
 * `If-None-Match: *` and `If-Match` with an ETag.
 *
 * @returns a function that throws PreconditionFailed or NoSuchKey if the condition is not met
 * @throws {S3Error} NotImplemented for any other condition
 */
export function createWriteCondition(
  headers: Record<string, string>,
): (existing: ObjectInfo | undefined) => void {
  const { 'if-none-match': none, 'if-match': match } = headers;
  if (none !== undefined && none !== '*') throw new S3Error('NotImplemented');
  return (existing) => {
    if (none !== undefined && existing !== undefined) throw new S3Error('PreconditionFailed');
    if (match === undefined) return;
    if (existing === undefined) throw new S3Error('NoSuchKey');
    if (!matchesEtag(match, existing.etag)) throw new S3Error('PreconditionFailed');
  };
}

/**
 * Maximum length of a key, in bytes.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
const LONGEST_KEY_BYTES = 1_024;

/** Checks the length of a key. @throws {S3Error} KeyTooLongError */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) throw new S3Error('KeyTooLongError');
}
