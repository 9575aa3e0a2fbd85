import { gunzipSync } from 'node:zlib';
import { MAX_TEXT_BYTES } from '../../../schemas/index.ts';
import { unreadable } from './unreadable.ts';

/**
 * Maximum size of a decompressed record, in bytes. The maximum allows a text of 1 MiB in which JSON
 * escapes every byte with six bytes (`\u0007`), plus 1 MiB for all other fields. The maximum
 * protects the memory of the consumer against gzip bombs.
 */
const MAX_BYTES = 7 * MAX_TEXT_BYTES;
/** One byte of deflated data expands to at most this number of bytes. Source: RFC 1951, 3.2.5. */
const MAX_EXPANSION = 1_032;

/** Returns the maximum number of bytes that the decompression of these bytes can produce. */
export function mostDecodedBytes(bytes: Uint8Array): number {
  return isGzip(bytes) ? Math.min(MAX_BYTES, bytes.length * MAX_EXPANSION) : bytes.length;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses gzip data, and returns all other bytes unchanged.
 *
 * @throws {Unreadable} if the gzip data is invalid or the decompressed record is too large.
 */
export function gunzip(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw unreadable('too_large', `is over ${MAX_BYTES} bytes without its gzip`);
    }
    throw unreadable('invalid_gzip', 'is gzip that is broken or cut off');
  }
}
