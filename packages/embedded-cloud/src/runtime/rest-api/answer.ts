import { firstMediaType, isBinaryType } from './media-type.ts';

/** An HTTP answer. A header may have several values. */
export interface ApiAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | string;
  /** The parts of a streamed body. The field `body` is then empty. */
  stream?: AsyncIterable<Uint8Array>;
}

/**
 * Reads a function's answer in a proxy integration. API Gateway decodes a base64 body only if the
 * API treats the first media type of the request's Accept header as binary. Otherwise the client
 * gets the base64 text itself.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
 *
 * @returns undefined if the answer is malformed.
 */
export function proxyAnswer(
  payload: string,
  { binary_media_types, accept }: { binary_media_types: string[]; accept: string | undefined },
): ApiAnswer | undefined {
  const answer = parseJson(payload);
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answer as Record<
    string,
    unknown
  >;
  const status = Number(statusCode);
  const isText = typeof body === 'string' || body === undefined || body === null;
  if (!Number.isInteger(status) || status < 100 || status > 599 || !isText) return undefined;
  const isDecoded =
    isBase64Encoded === true && isBinaryType(binary_media_types, firstMediaType(accept));
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...textHeaders(headers),
      ...textHeaders(multiValueHeaders),
    },
    body: isDecoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

/** Parses JSON. A function whose response is streamed may have written any text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads headers from a function's answer. Their names become lower case. */
export function textHeaders(headers: unknown): Record<string, string | string[]> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
}
