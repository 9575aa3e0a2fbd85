import { gunzipSync, inflateSync } from 'node:zlib';
import { unreadable } from './unreadable.ts';

/**
 * Maximum size of a decompressed record, in bytes. A text of 1 MiB in which JSON escapes every byte
 * with six bytes (`\u0007`) has 6 MiB. The maximum protects the memory of the consumer against bombs.
 */
const MAX_DECOMPRESSED_BYTES = 10 * 1_048_576;
/** Maximum number of times that a record may be compressed. */
const MAX_LAYERS = 3;
/**
 * Maximum ratio of a decompressed record to its bytes on the stream. One byte of deflated data
 * expands to at most this number of bytes, so the limit is about data that is compressed twice.
 * Source: RFC 1951, 3.2.5.
 */
const MAX_RATIO = 1_032;

interface Coding {
  name: string;
  decompress: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
  /** True if text can begin with the first bytes of the data. */
  may_be_text: boolean;
}

/** Returns the maximum number of bytes that the decompression of these bytes can produce. */
export function mostDecodedBytes(bytes: Uint8Array): number {
  return findCoding(bytes) === undefined ? bytes.length : mostBytes(bytes);
}

function mostBytes(bytes: Uint8Array): number {
  return Math.min(MAX_DECOMPRESSED_BYTES, bytes.length * MAX_RATIO);
}

/**
 * Decompresses gzip and zlib data, also if it is compressed more than once, and returns all other
 * bytes unchanged.
 *
 * @throws {Unreadable} if the data is invalid, or if it is too large after decompression.
 */
export function decompress(bytes: Uint8Array): Uint8Array {
  let plain = bytes;
  for (let layer = 0; ; layer += 1) {
    const coding = findCoding(plain);
    if (coding === undefined) return plain;
    if (layer === MAX_LAYERS) {
      throw unreadable('too_large', `is compressed more than ${MAX_LAYERS} times`);
    }
    const next = removeLayer(plain, coding, mostBytes(bytes));
    if (next === undefined) return plain;
    plain = next;
  }
}

/** Returns undefined if the bytes only look like compressed data and may be a text. */
function removeLayer(bytes: Uint8Array, coding: Coding, most_bytes: number) {
  try {
    return coding.decompress(bytes, { maxOutputLength: most_bytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw unreadable('too_large', `is over ${most_bytes} bytes without its ${coding.name}`);
    }
    if (coding.may_be_text) return undefined;
    throw unreadable('invalid_gzip', `is ${coding.name} data that is broken or cut off`);
  }
}

function findCoding(bytes: Uint8Array): Coding | undefined {
  const [first = 0, second = 0] = bytes;
  if (first === 0x1f && second === 0x8b) {
    return { name: 'gzip', decompress: gunzipSync, may_be_text: false };
  }
  if (bytes.length < 2 || !isZlibHeader(first, second)) return undefined;
  return { name: 'zlib', decompress: inflateSync, may_be_text: first < 0x80 && second < 0x80 };
}

/**
 * Returns true for the header of zlib data without a preset dictionary: the method deflate, a window
 * of at most 32 KiB, and a check sum. Source: RFC 1950, 2.2.
 */
function isZlibHeader(first: number, second: number): boolean {
  const is_deflate = (first & 0x0f) === 8 && first >> 4 <= 7;
  const has_dictionary = (second & 0x20) !== 0;
  return is_deflate && !has_dictionary && (first * 256 + second) % 31 === 0;
}

/** First bytes of data that AuraStream does not read, with what the data is. */
const OTHER_FORMATS: [first_bytes: number[], name: string][] = [
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd'],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz'],
  [[0x04, 0x22, 0x4d, 0x18], 'compressed with lz4'],
  [[0xff, 0x06, 0x00, 0x00, 0x73], 'compressed with snappy'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file'],
  [[0x4f, 0x62, 0x6a, 0x01], 'an Avro file'],
  [[0x03, 0x00], 'a message of the Glue Schema Registry'],
];

/** Says what bytes are that are not UTF-8. The message never quotes the bytes. */
export function describeForeignBytes(bytes: Uint8Array): string {
  const known = OTHER_FORMATS.find(([first]) => first.every((byte, i) => bytes[i] === byte));
  return known === undefined ? 'is not UTF-8' : `is ${known[1]}, not UTF-8`;
}
