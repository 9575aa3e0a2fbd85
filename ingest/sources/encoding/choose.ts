import type { ByteSource, Head } from '../bytes/byte-source.ts';
import { EncodingError, UnreadableFileError } from '../file-error.ts';
import {
  findInvalidUtf8,
  guessEncoding,
  isMostlyUtf8,
  readByteOrderMark,
  recogniseUtf16,
} from './guess.ts';

/**
 * Chooses the encoding of a file: the given one, the one of a byte order mark, UTF-16 that is
 * recognised by its zeros, or UTF-8.
 *
 * If most lines outside ASCII are UTF-8, the file is UTF-8, and its other lines are refused one by one.
 *
 * @throws {UnreadableFileError} if the start of the file is in no encoding that is recognised. The
 * error names the line, the byte and the likely encoding.
 */
export function chooseEncoding(
  source: Pick<ByteSource, 'name'>,
  { bytes, is_whole }: Head,
  given?: string,
): string {
  if (given !== undefined) return normaliseLabel(given);
  const marked = readByteOrderMark(bytes) ?? recogniseUtf16(bytes);
  if (marked === 'utf-32') {
    throw new UnreadableFileError(
      `${source.name} is UTF-32, which no reader knows.`,
      'Save the file as UTF-8.',
    );
  }
  if (marked !== undefined && marked !== 'utf-8') return marked;
  const invalid = findInvalidUtf8(bytes, is_whole);
  if (invalid === undefined || isMostlyUtf8(bytes)) return 'utf-8';
  throw createEncodingError(source.name, bytes, invalid);
}

function createEncodingError(name: string, bytes: Buffer, invalid: number): EncodingError {
  const before = bytes.subarray(0, invalid);
  const lines = before.toString('latin1').split(/\r\n|\n|\r/);
  const column = (lines.at(-1) ?? '').length + 1;
  const byte = (bytes[invalid] ?? 0).toString(16);
  return new EncodingError(
    `${name} is not UTF-8: line ${lines.length}, byte ${column} is 0x${byte}.`,
    guessEncoding(bytes),
  );
}

/** Returns the standard name of an encoding, for example `windows-1252` for `latin1` or `cp1252`. */
function normaliseLabel(label: string): string {
  const text = label.trim().toLowerCase();
  const known = /^cp[-_]?(125\d)$/.exec(text);
  const japanese = /^cp[-_]?932$/.test(text) ? 'shift_jis' : undefined;
  try {
    const name = new TextDecoder(known ? `windows-${known[1]}` : (japanese ?? text)).encoding;
    if (name !== 'replacement' && name !== 'x-user-defined') return name;
  } catch {
    // The error below also covers labels that the Encoding Standard does not know.
  }
  throw new UnreadableFileError(
    `There is no encoding ${JSON.stringify(label)}.`,
    'Use a name of the Encoding Standard, such as windows-1252, windows-1251, shift_jis, gb18030 or utf-16le.',
  );
}
