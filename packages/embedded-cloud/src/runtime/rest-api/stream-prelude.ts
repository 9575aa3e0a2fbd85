import { type ApiAnswer, textHeaders } from './answer.ts';

/**
 * The format of a streamed response of a function: metadata in JSON, 8 null bytes, and the body. API
 * Gateway looks for the null bytes in the first 16 KB.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
const DELIMITER = Buffer.alloc(8);
const PRELUDE_BYTES = 16 * 1024;

/** The begin of a streamed response: its status and headers, and the first bytes of the body. */
interface Prelude {
  answer: ApiAnswer;
  rest: Buffer;
}

/**
 * Reads the prelude from the first bytes of a streamed response.
 *
 * @returns `incomplete` if more bytes are needed; `malformed` if the response has no prelude, as the
 * response of a function that does not stream.
 */
export function readPrelude(head: Buffer): Prelude | 'incomplete' | 'malformed' {
  const at = head.subarray(0, PRELUDE_BYTES).indexOf(DELIMITER);
  if (at < 0) return head.length < PRELUDE_BYTES ? 'incomplete' : 'malformed';
  const answer = readMetadata(head.toString('utf8', 0, at));
  if (answer === undefined) return 'malformed';
  return { answer, rest: head.subarray(at + DELIMITER.length) };
}

function readMetadata(text: string): ApiAnswer | undefined {
  const metadata = parseObject(text);
  if (metadata === undefined) return undefined;
  const { statusCode, headers, multiValueHeaders, cookies } = metadata;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...textHeaders(headers),
      ...textHeaders(multiValueHeaders),
      ...(Array.isArray(cookies) && cookies.length > 0
        ? { 'set-cookie': cookies.map(String) }
        : {}),
    },
    body: '',
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
