import type { ByteSource } from '../bytes/byte-source.ts';
import { type Line, readLines } from '../lines.ts';
import type { RowContent, RowReader } from '../row.ts';

/**
 * Maximum length of a line, in bytes. The limit is 8 MiB because a text has at most 1 MiB, and JSON
 * can write a character of one byte as an escape sequence of 6 bytes.
 */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

export interface LinesLayout {
  ends_at_cr: boolean;
  /** Number of bytes of a byte order mark. */
  start: number;
  /** Reads the content of a line. */
  parse: (bytes: Buffer) => RowContent;
}

/** Creates the reader of a file with one value on each line. Blank lines are skipped. */
export function createLinesReader(source: ByteSource, layout: LinesLayout): RowReader {
  return async function* (from) {
    const start = from === 0 ? layout.start : from;
    for await (const line of readLines(source.open(start), MAX_LINE_BYTES, layout.ends_at_cr)) {
      if (!line.is_too_long && isBlank(line)) continue;
      const { bytes } = line;
      yield {
        line: line.line,
        end: start + line.end,
        bytes: () => bytes,
        read: () =>
          line.is_too_long
            ? { wrong: `is longer than ${MAX_LINE_BYTES} bytes` }
            : layout.parse(bytes),
      };
    }
  };
}

function isBlank({ bytes }: Line): boolean {
  return !bytes.some((byte) => byte > 0x20);
}
