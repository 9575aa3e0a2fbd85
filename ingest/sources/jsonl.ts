import { type Line, readLines } from './lines.ts';
import type { Row, RowContent, RowReader, RowSource } from './row.ts';

/**
 * Maximum length of a line, in bytes. The limit is 8 MiB because a text has at most 1 MiB, and JSON
 * can write a character of one byte as an escape sequence of 6 bytes.
 */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Reads files with one JSON object on each line. Blank lines are skipped. */
export const jsonlReader: RowReader = {
  async *readRows(source: RowSource): AsyncIterable<Row> {
    for await (const line of readContentLines(source)) yield readRow(line);
  },
  async *findRowEnds(source: RowSource): AsyncIterable<number> {
    for await (const { end } of readContentLines(source)) yield end;
  },
};

async function* readContentLines({ open, from }: RowSource): AsyncIterable<Line> {
  for await (const line of readLines(open(from), MAX_LINE_BYTES, from === 0)) {
    if (line.is_too_long || !isBlank(line)) yield line;
  }
}

function isBlank({ bytes }: Line): boolean {
  return !bytes.some((byte) => byte > 0x20);
}

function readRow({ line, bytes, is_too_long, end }: Line): Row {
  const content = is_too_long
    ? { wrong: `is longer than ${MAX_LINE_BYTES} bytes` }
    : parseObject(bytes);
  return { line, bytes, end, ...content };
}

function parseObject(bytes: Buffer): RowContent {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { wrong: 'is not UTF-8' };
  }
  try {
    const value: unknown = JSON.parse(text);
    const is_object = typeof value === 'object' && value !== null && !Array.isArray(value);
    return is_object
      ? { fields: value as Record<string, unknown> }
      : { wrong: 'is not a JSON object' };
  } catch {
    return { wrong: 'is not JSON' };
  }
}
