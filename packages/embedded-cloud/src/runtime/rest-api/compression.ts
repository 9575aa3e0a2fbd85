import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import type { ApiAnswer } from './answer.ts';

/** Content codings that API Gateway knows, in the order of preference. */
const CODINGS = {
  gzip: { compress: gzipSync, decompress: gunzipSync },
  deflate: { compress: deflateSync, decompress: inflateSync },
};
type Coding = keyof typeof CODINGS;

/**
 * Compresses an integration's answer if the client accepts a known coding by name, if the
 * integration has not encoded the answer, and if the answer has at least `minimum_bytes`. The value
 * undefined turns compression off.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-receive-response-with-compressed-payload.html
 */
export function compressAnswer(
  answer: ApiAnswer,
  accept_encoding: string | undefined,
  minimum_bytes: number | undefined,
): ApiAnswer {
  const coding = chooseCoding(accept_encoding);
  if (minimum_bytes === undefined || coding === undefined) return answer;
  if (answer.headers['content-encoding'] !== undefined) return answer;
  const body = Buffer.from(answer.body);
  if (body.length < minimum_bytes) return answer;
  const { 'content-length': _, ...headers } = answer.headers;
  return {
    ...answer,
    headers: { ...headers, 'content-encoding': coding },
    body: CODINGS[coding].compress(body),
  };
}

/**
 * Decompresses the body of a request. API Gateway does this for every API.
 *
 * @returns the body; `unsupported` if the coding is unknown or the body does not have this coding;
 * `too_large` if the decompressed body has more than `max_bytes`.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
 */
export function decompressBody(
  body: Buffer,
  content_encoding: string | undefined,
  max_bytes: number,
): Buffer | 'unsupported' | 'too_large' {
  const coding = content_encoding?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return body;
  if (!Object.hasOwn(CODINGS, coding)) return 'unsupported';
  try {
    return CODINGS[coding as Coding].decompress(body, { maxOutputLength: max_bytes });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'unsupported';
  }
}

/**
 * Chooses the coding of an answer. API Gateway does not compress for a client that accepts `*` or
 * that sends no header.
 */
function chooseCoding(accept_encoding = ''): Coding | undefined {
  const accepted = accept_encoding
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]?.trim());
  return (Object.keys(CODINGS) as Coding[]).find((coding) => accepted.includes(coding));
}
