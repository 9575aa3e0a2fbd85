import { type Line, readLines } from './lines.ts';
import type { Row, RowContent } from './row.ts';

/** A record of 1 MiB whose every character is escaped still fits. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** JSON, one object a line. Blank lines are passed over. */
export async function* readJsonl(
  source: AsyncIterable<Buffer>,
  is_start = true,
): AsyncIterable<Row> {
  for await (const read of readLines(source, MAX_LINE_BYTES, is_start)) {
    const { line, bytes, too_long, end } = read;
    if (too_long) yield { line, bytes, end, wrong: `is longer than ${MAX_LINE_BYTES} bytes` };
    else if (!isBlank(read)) yield { end, ...parsed(line, bytes) };
  }
}

/** Where every line of JSON ends, whatever it says: what counting takes. */
export async function* jsonlEnds(
  source: AsyncIterable<Buffer>,
  is_start = true,
): AsyncIterable<number> {
  for await (const line of readLines(source, MAX_LINE_BYTES, is_start)) {
    if (line.too_long || !isBlank(line)) yield line.end;
  }
}

function isBlank({ bytes }: Line): boolean {
  return !bytes.some((byte) => byte > 0x20);
}

function parsed(line: number, bytes: Buffer): Omit<Row, 'end'> & RowContent {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { line, bytes, wrong: 'is not UTF-8' };
  }
  try {
    const value: unknown = JSON.parse(text);
    const is_object = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!is_object) return { line, bytes, wrong: 'is not a JSON object' };
    return { line, bytes, fields: value as Record<string, unknown> };
  } catch {
    return { line, bytes, wrong: 'is not JSON' };
  }
}
