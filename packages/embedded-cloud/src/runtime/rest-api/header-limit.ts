import type { ApiAnswer } from './answer.ts';
import type { ApiRequest } from './proxy-event.ts';

/**
 * Maximum size of the request line and all header values together, in bytes.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const HEADER_BYTES = 10_240;

export function hasLargeHeaders({ method, path, query, headers }: ApiRequest): boolean {
  const values = [method, path, query.toString(), ...Object.values(headers)];
  return values.reduce((bytes, value) => bytes + Buffer.byteLength(value), 0) > HEADER_BYTES;
}

/**
 * The answer to a request with large headers. AWS does not document the status; 431 is the status
 * that RFC 6585 defines for this.
 */
export const LARGE_HEADERS: ApiAnswer = {
  status: 431,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Request Header Fields Too Large"}',
};
