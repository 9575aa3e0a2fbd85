import type { Dialect } from './scan-row.ts';
import { scanRow } from './scan-row.ts';

/** Characters that separate cells, the most common one first. */
const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Number of rows at the start of a file that decide about its delimiter. */
const SAMPLE_ROWS = 50;

export interface DialectOptions {
  delimiter?: string | undefined;
  quote?: string | undefined;
  escape?: string | undefined;
}

/**
 * Chooses how the cells of a file are written. The delimiter is the one that gives most rows the
 * same number of cells, and the most cells.
 *
 * @param preferred the delimiter to choose if no delimiter splits the rows.
 */
export function chooseDialect(
  head: Buffer,
  is_whole: boolean,
  options: DialectOptions,
  preferred = ',',
): Dialect {
  const quote = byteOf(options.quote ?? '"');
  const base = {
    quote,
    escape: options.escape === undefined ? quote : byteOf(options.escape),
    ends_at_cr: !head.includes(0x0a) && head.includes(0x0d),
  };
  const candidates = [preferred, ...DELIMITERS.filter((one) => one !== preferred)];
  const given = options.delimiter === undefined ? candidates : [options.delimiter];
  const dialects = given.map((delimiter) => {
    const skips_spaces = hasSpacesBeforeQuotes(head, delimiter, quote);
    return { ...base, delimiter: byteOf(delimiter), skips_spaces };
  });
  const scored = dialects.map((dialect) => ({ dialect, score: score(head, is_whole, dialect) }));
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).dialect;
}

/** Returns the byte of a character. Only the first byte counts; options allow only ASCII. */
function byteOf(character: string): number {
  return character === '' ? -1 : character.charCodeAt(0);
}

function hasSpacesBeforeQuotes(head: Buffer, delimiter: string, quote: number): boolean {
  if (quote === -1) return false;
  const [first = ''] = head.toString('latin1').split(/[\r\n]/, 1);
  return new RegExp(`[${delimiter === '|' ? '\\|' : delimiter}] +\\x${quote.toString(16)}`).test(
    first,
  );
}

/**
 * Scores a dialect: the share of the rows that have the most common number of cells, times that
 * number. A dialect that splits nothing scores 0.
 */
function score(head: Buffer, is_whole: boolean, dialect: Dialect): number {
  const widths: number[] = [];
  for (let at = 0; at < head.length && widths.length < SAMPLE_ROWS; ) {
    const scan = scanRow(head, at, is_whole, dialect);
    if (scan.kind !== 'row') {
      const next = head.indexOf(dialect.ends_at_cr ? 0x0d : 0x0a, at);
      if (scan.kind === 'incomplete' || next === -1) break;
      at = next + 1;
      continue;
    }
    if (scan.end > at && scan.cells.length > 0) widths.push(scan.cells.length / 3);
    at = scan.end;
  }
  const counts = new Map<number, number>();
  for (const width of widths) if (width > 1) counts.set(width, (counts.get(width) ?? 0) + 1);
  const [width, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  return widths.length === 0 ? 0 : (count / widths.length) ** 2 * Math.min(width, 8) ** 0.5;
}
