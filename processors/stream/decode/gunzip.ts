import { gunzipSync } from 'node:zlib';
import { MAX_TEXT_BYTES } from '../../../schemas/index.ts';
import { unreadable } from './unreadable.ts';

/**
 * What a record may grow to: a text of 1 MiB each of whose bytes JSON escapes with six (`\u0007`), and 1 MiB for all
 * else. A bomb stops here.
 */
const MAX_BYTES = 7 * MAX_TEXT_BYTES;

/** The bytes, gunzipped where they are gzip. @throws {Unreadable} */
export function gunzipped(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw unreadable('too_large', `is over ${MAX_BYTES} bytes without its gzip`);
    }
    throw unreadable('invalid_gzip', 'is broken or cut off gzip');
  }
}
