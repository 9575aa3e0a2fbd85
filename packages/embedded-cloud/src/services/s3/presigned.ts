import { S3Error } from './errors.ts';

/**
 * Maximum lifetime of a presigned URL, in seconds.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
const LONGEST_SECONDS = 604_800;

/**
 * Checks that a presigned URL has not expired. The signature of the URL is not checked, because the
 * embedded cloud has no secret keys.
 *
 * @throws {S3Error} AccessDenied if the URL has expired, AuthorizationQueryParametersError if the
 * signing time or the lifetime is invalid
 */
export function checkPresigned(query: URLSearchParams, now: number): void {
  const expires = query.get('X-Amz-Expires');
  if (expires === null) return;
  const seconds = Number(expires);
  const signed_at = parseSignedAt(query.get('X-Amz-Date') ?? '');
  if (!(seconds >= 0 && seconds <= LONGEST_SECONDS) || Number.isNaN(signed_at)) {
    throw new S3Error('AuthorizationQueryParametersError');
  }
  if (now > signed_at + seconds * 1_000) throw new S3Error('AccessDenied', 'Request has expired');
}

/**
 * Parses the signing time of a presigned URL.
 *
 * @param date a time such as `20261123T100000Z`
 * @returns epoch milliseconds, or NaN if the time is invalid
 */
function parseSignedAt(date: string): number {
  return Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}
