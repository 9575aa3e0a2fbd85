import { type Dialect, decodeCell, PLAIN, scanRow } from './scan-row.ts';

/** A row at the start of a file, decoded. */
export interface SampleRow {
  cells: string[];
  /** The byte offset behind the row. */
  end: number;
  /** The number of the row's first line, and of the line behind the row. */
  line: number;
  next_line: number;
}

/** Number of rows at the start of a file that are looked at. */
const SAMPLE_ROWS = 100;

/** Reads the first rows of a delimited file that have content and are readable. */
export function readSample(
  head: Buffer,
  is_whole: boolean,
  start: number,
  dialect: Dialect,
): SampleRow[] {
  const rows: SampleRow[] = [];
  const line_end = dialect.ends_at_cr ? 0x0d : 0x0a;
  let line = 1;
  for (let at = start; at < head.length && rows.length < SAMPLE_ROWS; ) {
    const scan = scanRow(head, at, is_whole, dialect);
    if (scan.kind === 'incomplete') break;
    const next = head.indexOf(line_end, at) + 1;
    const end = scan.kind === 'row' ? scan.end : next === 0 ? head.length : next;
    const next_line = line + head.subarray(at, end).filter((byte) => byte === line_end).length;
    if (scan.kind === 'row') {
      const cells = decodeCells(head, scan.cells, dialect);
      if (cells.some((cell) => cell.trim() !== '')) rows.push({ cells, end, line, next_line });
    }
    at = end;
    line = next_line;
  }
  return rows;
}

function decodeCells(head: Buffer, cells: number[], dialect: Dialect): string[] {
  const decoded: string[] = [];
  for (let i = 0; i < cells.length; i += 3) {
    const [start = 0, end = 0, written = PLAIN] = cells.slice(i, i + 3);
    decoded.push(decodeCell(head, start, end, written, dialect));
  }
  return decoded;
}

/** Number of rows at the start of a file among which the header may be. */
const MAX_PREAMBLE_ROWS = 20;

/**
 * Finds the header among the first rows. The header is the first row that holds a wanted name, if
 * fewer cells of all rows before it are filled. Otherwise it is the first row that looks like names.
 *
 * @param wanted says whether a name is one that a header of this file should have.
 * @returns the index of the header; undefined if no row looks like a header.
 */
export function findHeader(
  rows: readonly { cells: readonly string[] }[],
  wanted: (name: string) => boolean,
): number | undefined {
  const candidates = rows.slice(0, MAX_PREAMBLE_ROWS);
  const widths = candidates.map(({ cells }) => cells.filter((cell) => cell.trim() !== '').length);
  const named = candidates.findIndex(({ cells }) => cells.some(wanted));
  if (named !== -1 && widths.slice(0, named).every((width) => width < (widths[named] ?? 0))) {
    return named;
  }
  if (named === 0) return 0;
  const first = candidates[0];
  const is_header = first !== undefined && first.cells.length > 1 && looksLikeHeader(first.cells);
  return is_header ? 0 : undefined;
}

/** Names are short, differ, and are neither numbers, dates nor addresses. */
function looksLikeHeader(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  if (names.length === 0) return false;
  const is_plausible = names.every(
    (name) =>
      name.length <= 200 &&
      !/^[-+]?[\d.,:/-]+$/.test(name) &&
      !/^https?:|[\r\n]/.test(name) &&
      !/[.!]$/.test(name),
  );
  return is_plausible && new Set(names).size > names.length / 2;
}
