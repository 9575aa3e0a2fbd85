import { DamagedDataError } from '../file-error.ts';

/** A file as bytes that can be read from any offset. */
export interface ByteSource {
  /** Name of the file in messages. */
  name: string;
  /** Size in bytes. Undefined if the size is unknown, for example of standard input. */
  size: number | undefined;
  /** Reads the bytes, starting at an offset. */
  open(from: number): AsyncIterable<Buffer>;
}

/** The start of a file. If `is_whole` is true, the file has no further bytes. */
export interface Head {
  bytes: Buffer;
  is_whole: boolean;
}

/** Number of bytes at the start of a file that decide how the file is read. */
const HEAD_BYTES = 64 * 1024;

/**
 * Reads the start of a file. Damaged packed data ends the head early.
 *
 * @throws {DamagedDataError} if the data is damaged before the first byte.
 */
export async function readHead(source: ByteSource, limit = HEAD_BYTES): Promise<Head> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source.open(0)) {
      parts.push(chunk);
      length += chunk.length;
      if (length > limit) break;
    }
  } catch (error) {
    if (!(error instanceof DamagedDataError) || length === 0) throw error;
    return { bytes: Buffer.concat(parts).subarray(0, limit), is_whole: false };
  }
  return { bytes: Buffer.concat(parts).subarray(0, limit), is_whole: length <= limit };
}

/**
 * Reads the bytes from `from` up to `to`, for formats that need single parts of a file. The bytes end
 * earlier if the file does.
 */
export async function readRange(
  source: ByteSource,
  from: number,
  to: number,
): Promise<ArrayBuffer> {
  const bytes = new ArrayBuffer(Math.max(0, to - from));
  const view = new Uint8Array(bytes);
  let length = 0;
  if (to > from) {
    for await (const chunk of source.open(from)) {
      const part = chunk.subarray(0, bytes.byteLength - length);
      view.set(part, length);
      length += part.length;
      if (length === bytes.byteLength) break;
    }
  }
  return length === bytes.byteLength ? bytes : bytes.slice(0, length);
}

/** Drops the first `count` bytes. */
export async function* skipBytes(
  bytes: AsyncIterable<Buffer>,
  count: number,
): AsyncIterable<Buffer> {
  let left = count;
  for await (const chunk of bytes) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      yield left === 0 ? chunk : chunk.subarray(left);
      left = 0;
    }
  }
}
