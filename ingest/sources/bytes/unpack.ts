import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { DamagedDataError, ReadOnceError, UnreadableFileError } from '../file-error.ts';
import { type ByteSource, skipBytes } from './byte-source.ts';

/**
 * Returns the unpacked bytes of a packed file. Reading from an offset unpacks the file from its
 * start and drops the bytes before the offset. Damaged data ends the bytes with a
 * {@link DamagedDataError}, after all bytes before the damage. Zero bytes behind the packed data are
 * padding, other bytes are damage.
 *
 * @throws {UnreadableFileError} if this version of Node.js cannot unpack the data.
 */
export function unpack(source: ByteSource, packing: 'gzip' | 'zstd'): ByteSource {
  const createUnpacker = packing === 'gzip' ? zlib.createGunzip : findZstd(source.name);
  const reading = { source, createUnpacker, packing };
  return {
    name: source.name,
    size: undefined,
    open: (from) => skipBytes(unpackAll(reading), from),
  };
}

/** A transform of zlib. `bytesWritten` counts the packed bytes that it has read. */
type Unpacker = Transform & Pick<zlib.Zlib, 'bytesWritten'>;

interface Reading {
  source: ByteSource;
  createUnpacker: () => Unpacker;
  packing: string;
}

/** Largest number of packed bytes that are unpacked at once. They can become a thousand times as many. */
const SLICE_BYTES = 16 * 1024;

/**
 * Yields the unpacked bytes of a whole source. Node.js drops the bytes that it has unpacked from a
 * slice that turns out to be damaged. This slice is unpacked again byte by byte, so that all bytes
 * before the damage are yielded. Bytes of a source that can be read only once are not read again.
 */
async function* unpackAll(reading: Reading): AsyncIterable<Buffer> {
  let yielded = 0;
  try {
    for await (const bytes of unpackSlices(reading, Number.POSITIVE_INFINITY)) {
      yielded += bytes.length;
      yield bytes;
    }
  } catch (error) {
    if (!(error instanceof SliceError)) throw error;
    try {
      yield* skipBytes(unpackSlices(reading, error.offset), yielded);
    } catch (again) {
      throw again instanceof ReadOnceError ? error : again;
    }
  }
}

/** Damage in the slice of packed bytes that begins at `offset`. */
class SliceError extends DamagedDataError {
  constructor(
    message: string,
    readonly offset: number,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Unpacks in slices, and byte by byte from an offset of the packed bytes on. */
async function* unpackSlices(
  { source, createUnpacker, packing }: Reading,
  exact_from: number,
): AsyncIterable<Buffer> {
  const unpacker = createUnpacker();
  const unpacked: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    unpacker.once('end', resolve).once('error', reject);
  });
  // Node.js reports a rejection that is not awaited yet.
  ended.catch(() => {});
  unpacker.on('data', (chunk: Buffer) => unpacked.push(chunk));
  let offset = 0;
  let is_over = false;
  try {
    for await (const slice of cutSlices(source.open(0), exact_from)) {
      if (!is_over) await Promise.race([write(unpacker, slice), ended]);
      yield* unpacked.splice(0);
      // Node.js leaves bytes behind the data unread if the first of them is zero.
      const read = Math.max(0, unpacker.bytesWritten - offset);
      is_over ||= read < slice.length;
      if (is_over) expectPadding(slice.subarray(read));
      offset += slice.length;
    }
    if (!is_over) unpacker.end();
    await ended;
    yield* unpacked.splice(0);
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    throw new SliceError(`the ${packing} data is damaged or ends early`, offset, { cause });
  } finally {
    unpacker.destroy();
  }
}
/** Waits until the bytes are unpacked, for ever if they are damaged: then `error` is emitted. */
function write(unpacker: Transform, slice: Buffer): Promise<void> {
  return new Promise((resolve) => unpacker.write(slice, () => resolve()));
}

function expectPadding(bytes: Buffer): void {
  if (bytes.some((byte) => byte !== 0)) throw new TrailingDataError();
}

class TrailingDataError extends Error {}

/** Whether the packed data is to blame, and not the source of the bytes. */
function isDamage(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof TrailingDataError || /^(?:Z|ZSTD)_/i.test(code ?? '');
}

/** Cuts bytes into slices, and into single bytes from an offset on. */
async function* cutSlices(bytes: AsyncIterable<Buffer>, exact_from: number): AsyncIterable<Buffer> {
  let start = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      const left = exact_from - start - at;
      const slice = chunk.subarray(at, at + (left <= 0 ? 1 : Math.min(left, SLICE_BYTES)));
      yield slice;
      at += slice.length;
    }
    start += chunk.length;
  }
}

function findZstd(name: string): () => Unpacker {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Unpacker };
  if (createZstdDecompress !== undefined) return createZstdDecompress;
  throw new UnreadableFileError(
    `${name} is a zstd file, and Node.js ${process.versions.node} cannot unpack zstd.`,
    'Unpack it first (zstd -d), or use Node.js 22.15 or later.',
  );
}
