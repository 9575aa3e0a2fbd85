import type { AwsCall } from '../../gateway/types.ts';
import { unchunked } from './aws-chunked.ts';
import { verified, verifyPayloadHash } from './checksums.ts';
import { S3Error } from './errors.ts';

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const LARGEST_PUT_BYTES = 5 * 1024 ** 3;

/** An S3 call with its address and body made plain. */
export interface S3Request {
  method: string;
  bucket: string;
  /** Decoded; empty for a call on the bucket. */
  key: string;
  query: URLSearchParams;
  /** Headers, with `x-amz-*` of a presigned URL's query among them. */
  headers: Record<string, string>;
  /** Without aws-chunked framing. */
  body: Buffer;
  /** Checksum headers and trailers that held, to be kept with the object. */
  checksums: Record<string, string>;
}

/** @throws {S3Error} InvalidURI where the path is not percent-encoded UTF-8 */
export function addressOf(path: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?([\s\S]*)$/.exec(path) ?? [];
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
  } catch {
    throw new S3Error('InvalidURI');
  }
}

/** Reads a call whole: address, headers, body, checksums. @throws {S3Error} */
export function readRequest(call: AwsCall): S3Request {
  const { bucket, key } = addressOf(call.path);
  const headers = { ...queryHeaders(call.query), ...call.headers };
  if (
    Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? 0) >
    LARGEST_PUT_BYTES
  ) {
    throw new S3Error('EntityTooLarge');
  }
  const { body, trailers } = readBody(call.body, headers);
  const checksums = verified(body, { ...headers, ...trailers });
  return { method: call.method, bucket, key, query: call.query, headers, body, checksums };
}

function readBody(sent: Buffer, headers: Record<string, string>) {
  const hash = headers['x-amz-content-sha256'];
  const chunked =
    hash?.startsWith('STREAMING-') || /\baws-chunked\b/.test(headers['content-encoding'] ?? '');
  if (!chunked) {
    verifyPayloadHash(sent, hash);
    return { body: sent, trailers: {} };
  }
  const read = unchunked(sent);
  const length = headers['x-amz-decoded-content-length'];
  if (length !== undefined && Number(length) !== read.body.length)
    throw new S3Error('IncompleteBody');
  return read;
}

/** Presigners hoist headers into the query. A checksum there was computed before there was a body: it says nothing. */
function queryHeaders(query: URLSearchParams): Record<string, string> {
  const names = [...query.keys()].map((name) => name.toLowerCase());
  if (!names.includes('x-amz-signature')) return {};
  return Object.fromEntries(
    [...query]
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => /^x-amz-(?!checksum-|sdk-checksum|content-sha256)/.test(name)),
  );
}
