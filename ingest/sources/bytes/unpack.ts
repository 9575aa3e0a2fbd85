import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { DamagedDataError, UnreadableFileError } from '../file-error.ts';
import { type ByteSource, skipBytes } from './byte-source.ts';

/**
 * Returns the unpacked bytes of a packed file. Reading from an offset unpacks the file from its
 * start and drops the bytes before the offset. Damaged data ends the bytes with a
 * {@link DamagedDataError}, after all bytes before the damage.
 *
 * @throws {UnreadableFileError} if this version of Node.js cannot unpack the data.
 */
export function unpack(source: ByteSource, packing: 'gzip' | 'zstd'): ByteSource {
  const createUnpacker = packing === 'gzip' ? zlib.createGunzip : findZstd(source.name);
  return {
    name: source.name,
    size: undefined,
    open: (from) => skipBytes(transform(source.open(0), createUnpacker(), packing), from),
  };
}

/** Largest number of packed bytes that are unpacked at once. They can become a thousand times as many. */
const SLICE_BYTES = 16 * 1024;

/**
 * Passes bytes through a transform of zlib, and yields what was unpacked before an error. Errors of
 * the bytes themselves stay as they are.
 */
async function* transform(
  bytes: AsyncIterable<Buffer>,
  unpacker: Transform,
  packing: string,
): AsyncIterable<Buffer> {
  const unpacked: Buffer[] = [];
  let failure: Error | undefined;
  const failed = new Promise<void>((resolve) => {
    unpacker.once('error', (error) => {
      failure = error;
      resolve();
    });
  });
  unpacker.on('data', (chunk: Buffer) => unpacked.push(chunk));
  const ended = new Promise<void>((resolve) => unpacker.once('end', resolve));
  try {
    for await (const slice of cutSlices(bytes)) {
      const written = new Promise<void>((resolve) => unpacker.write(slice, () => resolve()));
      await Promise.race([written, failed]);
      yield* unpacked.splice(0);
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      unpacker.end();
      await Promise.race([ended, failed]);
      yield* unpacked.splice(0);
    }
  } finally {
    unpacker.destroy();
  }
  if (failure === undefined) return;
  throw new DamagedDataError(`the ${packing} data is damaged or ends early`, { cause: failure });
}

async function* cutSlices(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      yield chunk.subarray(at, at + SLICE_BYTES);
    }
  }
}

function findZstd(name: string): () => Transform {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };
  if (createZstdDecompress !== undefined) return createZstdDecompress;
  throw new UnreadableFileError(
    `${name} is a zstd file, and Node.js ${process.versions.node} cannot unpack zstd.`,
    'Unpack it first (zstd -d), or use Node.js 22.15 or later.',
  );
}
