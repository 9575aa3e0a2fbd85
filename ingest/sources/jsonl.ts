import { readLines } from './lines.ts';
import type { Row } from './row.ts';

/** A record of 1 MiB whose every character is escaped still fits. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** JSON, one object a line. Blank lines are passed over. */
export async function* readJsonl(source: AsyncIterable<Buffer>): AsyncIterable<Row> {
  for await (const { line, bytes, too_long } of readLines(source, MAX_LINE_BYTES)) {
    if (too_long) yield { line, bytes, wrong: `is longer than ${MAX_LINE_BYTES} bytes` };
    else if (bytes.some((byte) => byte > 0x20)) yield parsed(line, bytes);
  }
}

function parsed(line: number, bytes: Buffer): Row {
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
