import { crc32, deflateRawSync } from 'node:zlib';

/** 1 January 1980 in the format of MS-DOS. With a fixed date, equal content gives an equal file. */
const DATE = 0x00_21;
const DEFLATED = 8;
const VERSION = 20;
/** The names are UTF-8. */
const FLAGS = 0x08_00;

/**
 * Packs files into a zip archive.
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zip(files: [name: string, content: string][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const facts = writeFacts(name, bytes, packed);
    const local = Buffer.concat([writeNumbers([4, 0x04_03_4b_50]), facts, Buffer.from(name)]);
    parts.push(local, packed);
    directory.push(
      writeNumbers([4, 0x02_01_4b_50], [2, VERSION]),
      facts,
      writeNumbers([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      Buffer.from(name),
    );
    offset += local.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = writeNumbers(
    ...([
      [4, 0x06_05_4b_50],
      [2, 0],
      [2, 0],
      [2, files.length],
      [2, files.length],
    ] as const),
    ...([
      [4, entries.length],
      [4, offset],
      [2, 0],
    ] as const),
  );
  return Buffer.concat([...parts, entries, end]);
}

/** Writes the fields that stand before a file and in the directory alike. */
function writeFacts(name: string, bytes: Buffer, packed: Buffer): Buffer {
  return writeNumbers(
    ...([
      [2, VERSION],
      [2, FLAGS],
      [2, DEFLATED],
      [2, 0],
      [2, DATE],
      [4, crc32(bytes)],
    ] as const),
    ...([
      [4, packed.length],
      [4, bytes.length],
      [2, Buffer.byteLength(name)],
      [2, 0],
    ] as const),
  );
}

/** Writes numbers of two or four bytes. */
function writeNumbers(...numbers: (readonly [size: 2 | 4, value: number])[]): Buffer {
  const buffer = Buffer.alloc(numbers.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of numbers) {
    buffer.writeUIntLE(value, at, size);
    at += size;
  }
  return buffer;
}
