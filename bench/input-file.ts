import { open } from 'node:fs/promises';

const DISTINCT_TEXTS = 500;
const SENTENCE = 'It was a long day, and I loved it. ';

/**
 * Writes a JSONL file of at least `bytes` bytes, with one record of `line_bytes` bytes per line.
 *
 * @returns the number of records.
 */
export async function writeInput(
  path: string,
  { bytes, line_bytes, signal }: { bytes: number; line_bytes: number; signal: AbortSignal },
): Promise<number> {
  const records = Math.ceil(bytes / line_bytes);
  const lines = Array.from({ length: DISTINCT_TEXTS }, (_, i) => lineOf(i, line_bytes));
  const all = lines.join('');
  const file = await open(path, 'w');
  try {
    for (let left = records; left > 0; left -= DISTINCT_TEXTS) {
      signal.throwIfAborted();
      await file.write(left >= DISTINCT_TEXTS ? all : lines.slice(0, left).join(''));
    }
  } finally {
    await file.close();
  }
  return records;
}

function lineOf(i: number, line_bytes: number): string {
  const json = (text: string) => `${JSON.stringify({ text, language: 'en' })}\n`;
  return json(`Text ${i}: `.padEnd(line_bytes - json('').length, SENTENCE));
}
