import { gunzipSync } from 'node:zlib';
import type { HonoRequest } from 'hono';
import { HttpError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads the text of a request's body. The body may be compressed with gzip. API Gateway decompresses
 * it before, and keeps the header, so a body that is no gzip data any more is taken as it is.
 *
 * @throws {HttpError} PAYLOAD_TOO_LARGE if the body is larger than `max_bytes`, compressed or not;
 * UNSUPPORTED_MEDIA_TYPE if the body has another coding; VALIDATION_ERROR if the bytes are not UTF-8.
 */
export async function readBody(request: HonoRequest, max_bytes: number): Promise<string> {
  if (Number(request.header('content-length') ?? 0) > max_bytes) throw tooLarge(max_bytes);
  const sent = new Uint8Array(await request.arrayBuffer());
  if (sent.length > max_bytes) throw tooLarge(max_bytes);
  const bytes = decompress(sent, request.header('content-encoding'), max_bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpError('VALIDATION_ERROR', 'body: is not UTF-8', { field: 'body' });
  }
}

/** Codings that API Gateway undoes, and no coding. */
const KNOWN_CODINGS = new Set(['', 'identity', 'gzip', 'x-gzip', 'deflate']);

function decompress(bytes: Uint8Array, coding: string | undefined, max_bytes: number): Uint8Array {
  if (!KNOWN_CODINGS.has(coding?.trim().toLowerCase() ?? '')) throw badCoding();
  const is_gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!is_gzip || coding === undefined) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: max_bytes });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(max_bytes) : badCoding();
  }
}

function tooLarge(max_bytes: number): HttpError {
  return new HttpError('PAYLOAD_TOO_LARGE', `The body must be at most ${max_bytes} bytes`);
}

function badCoding(): HttpError {
  const message = 'The content encoding must be gzip, or none, and the body must have it';
  return new HttpError('UNSUPPORTED_MEDIA_TYPE', message);
}
