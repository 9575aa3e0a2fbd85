import { gunzipSync } from 'node:zlib';
import { MAX_TEXT_BYTES } from '../../../schemas/index.ts';
import { unreadable } from './unreadable.ts';

/**
 * The largest record after gunzip: a text of 1 MiB whose bytes JSON escapes with six bytes each (`\u0007`), and 1 MiB
 * for the other fields. The limit stops gzip bombs.
 */
const MAX_BYTES = 7 * MAX_TEXT_BYTES;

/** Gunzips bytes that are gzip, and returns others unchanged. @throws {Unreadable} */
export function gunzip(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw unreadable('too_large', `is over ${MAX_BYTES} bytes without its gzip`);
    }
    throw unreadable('invalid_gzip', 'is gzip that is broken or cut off');
  }
}
