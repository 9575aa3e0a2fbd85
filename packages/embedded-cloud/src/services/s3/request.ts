import type { AwsCall } from '../../gateway/types.ts';
import type { UploadForm } from '../../gateway/upload-form.ts';
import { decodeChunked } from './aws-chunked.ts';
import { verifyChecksums, verifyPayloadHash } from './checksums.ts';
import { S3Error } from './errors.ts';

/**
 * Maximum size of an object in a single put, in bytes.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
const LARGEST_PUT_BYTES = 5 * 1024 ** 3;

/** An S3 call whose address and body are decoded. */
export interface S3Request {
  method: string;
  bucket: string;
  /** Decoded key of the object. The key is empty in a call on a bucket. */
  key: string;
  query: URLSearchParams;
  /** Headers of the request, and `x-amz-*` query parameters of a presigned URL. */
  headers: Record<string, string>;
  /** Body of the request, without the `aws-chunked` framing. */
  body: Buffer;
  /** The form in the body, if a browser form uploads a file. */
  form?: UploadForm | undefined;
  /** Verified checksum headers and trailers, which are stored with the object. */
  checksums: Record<string, string>;
}

/**
 * Parses the bucket and the key from a path-style path.
 *
 * @throws {S3Error} InvalidURI if the path is not percent-encoded UTF-8
 */
export function parseAddress(path: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?([\s\S]*)$/.exec(path) ?? [];
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
  } catch {
    throw new S3Error('InvalidURI');
  }
}

/**
 * Decodes a call and verifies its checksums.
 *
 * @throws {S3Error} if the call is malformed or a checksum differs
 */
export function readRequest(call: AwsCall): S3Request {
  const { bucket, key } = parseAddress(call.path);
  const headers = { ...readQueryHeaders(call.query), ...call.headers };
  if (
    Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? 0) >
    LARGEST_PUT_BYTES
  ) {
    throw new S3Error('EntityTooLarge');
  }
  requireLength(call.method, headers);
  const { body, trailers } = readBody(call.body, headers);
  const checksums = verifyChecksums(body, { ...headers, ...trailers });
  const { method, query, form } = call;
  return { method, bucket, key, query, headers, body, form, checksums };
}

/**
 * S3 takes an object only if it knows the object's size from the headers.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (MissingContentLength)
 *
 * @throws {S3Error} MissingContentLength
 */
function requireLength(method: string, headers: Record<string, string>): void {
  const is_unsized =
    headers['transfer-encoding'] !== undefined &&
    headers['x-amz-decoded-content-length'] === undefined;
  if (method === 'PUT' && is_unsized) throw new S3Error('MissingContentLength');
}

function readBody(sent: Buffer, headers: Record<string, string>) {
  const hash = headers['x-amz-content-sha256'];
  const is_chunked =
    hash?.startsWith('STREAMING-') || /\baws-chunked\b/.test(headers['content-encoding'] ?? '');
  if (!is_chunked) {
    verifyPayloadHash(sent, hash);
    return { body: sent, trailers: {} };
  }
  const read = decodeChunked(sent);
  const length = headers['x-amz-decoded-content-length'];
  if (length !== undefined && Number(length) !== read.body.length)
    throw new S3Error('IncompleteBody');
  return read;
}

/**
 * In the query of a presigned URL, `x-amz-*` parameters stand for headers. The function reads these
 * parameters. Checksum parameters are ignored, because the URL was signed without the body.
 */
function readQueryHeaders(query: URLSearchParams): Record<string, string> {
  const names = [...query.keys()].map((name) => name.toLowerCase());
  if (!names.includes('x-amz-signature')) return {};
  return Object.fromEntries(
    [...query]
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => /^x-amz-(?!checksum-|sdk-checksum|content-sha256)/.test(name)),
  );
}
