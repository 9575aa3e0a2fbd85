import { isUtf8 } from 'node:buffer';
import type { ByteSource } from '../bytes/byte-source.ts';
import { Window } from '../bytes/window.ts';
import type { Row, RowContent, RowReader } from '../row.ts';
import { type Dialect, decodeCell, PLAIN, type Scan, scanRow } from './scan-row.ts';

/** Where the rows of a delimited file begin, and how they are written. */
export interface DelimitedLayout {
  dialect: Dialect;
  columns: readonly string[];
  /** The byte offset and the line of the first row behind the header. */
  start: { offset: number; line: number };
}

/** Maximum length of a row, in bytes. A text has at most 1 MiB. */
const MAX_ROW_BYTES = 8 * 1024 * 1024;
/** Maximum number of lines that an unreadable row may take along. */
const MAX_BLOCK_LINES = 1_000;

/**
 * Creates the reader of a delimited file. Rows without any content are skipped.
 *
 * A row that is not readable costs one row. If a quote is not closed, or stands within a quoted
 * cell, the row ends before the next line that is exact: it has as many cells as the header and no
 * stray quote. So a reader that resumes at the end of a row finds the same rows.
 */
export function createDelimitedReader(source: ByteSource, layout: DelimitedLayout): RowReader {
  return async function* (from) {
    const start = from === 0 ? layout.start : { offset: from, line: 1 };
    const window = new Window(source.open(start.offset), start.offset);
    try {
      yield* readRows(window, start.line, layout);
    } finally {
      await window.close();
    }
  };
}

async function* readRows(
  window: Window,
  first_line: number,
  { dialect, columns }: DelimitedLayout,
): AsyncIterable<Row> {
  let line = first_line;
  for (;;) {
    const scan = await scanNext(window, dialect);
    if (scan === undefined) return;
    const { start, bytes } = window;
    let row: Row;
    if (scan.kind === 'row') {
      row = createRow(window, scan.end, line, () =>
        isUtf8(bytes.subarray(start, scan.end))
          ? readCells(bytes, scan.cells, dialect, columns)
          : { wrong: 'is not UTF-8' },
      );
      line += countLines(bytes, start, scan.end, dialect);
      window.start = scan.end;
      if (isEmptyRow(scan.cells)) continue;
    } else {
      const end = await findExactRow(window, dialect, columns.length);
      const { wrong } = scan;
      row = createRow(window, end, line, () => ({ wrong }));
      line += countLines(window.bytes, window.start, end, dialect);
      window.start = end;
    }
    yield row;
  }
}

/** Scans the row at the start of the window. Returns undefined at the end of the file. */
async function scanNext(
  window: Window,
  dialect: Dialect,
): Promise<Exclude<Scan, { kind: 'incomplete' }> | undefined> {
  for (;;) {
    if (window.start >= window.bytes.length) {
      if (window.is_last) return undefined;
      await window.readMore();
      continue;
    }
    const scan = scanRow(window.bytes, window.start, window.is_last, dialect);
    const is_too_long = scan.kind === 'row' && scan.end - window.start > MAX_ROW_BYTES;
    if (scan.kind !== 'incomplete' && !is_too_long) return scan;
    if (is_too_long || window.bytes.length - window.start > MAX_ROW_BYTES) {
      return {
        kind: 'bad',
        wrong: `has a quote that is not closed, or is longer than ${MAX_ROW_BYTES} bytes`,
      };
    }
    await window.readMore();
  }
}

/**
 * Finds the first line behind the start of the window that is an exact row. Returns its index. The
 * window keeps its start.
 */
async function findExactRow(window: Window, dialect: Dialect, width: number): Promise<number> {
  let skipped = 0;
  for (let lines = 1; ; lines += 1) {
    skipped = await findNextLine(window, skipped, dialect);
    const at = window.start + skipped;
    const is_end = window.is_last && at >= window.bytes.length;
    if (is_end || lines >= MAX_BLOCK_LINES || skipped > MAX_ROW_BYTES) return at;
    if (await isExactRow(window, skipped, dialect, width)) return window.start + skipped;
  }
}

/** Returns the start of the next line, counted from the start of the window. */
async function findNextLine(window: Window, from: number, dialect: Dialect): Promise<number> {
  for (;;) {
    const { bytes, start } = window;
    const feed = bytes.indexOf(0x0a, start + from);
    const cr = dialect.ends_at_cr ? bytes.indexOf(0x0d, start + from) : -1;
    const is_cr = cr !== -1 && (feed === -1 || cr + 1 < feed);
    const next = (is_cr ? cr : feed) + 1 - start;
    if (is_cr || feed !== -1) return Math.min(next, from + MAX_ROW_BYTES);
    if (window.is_last) return bytes.length - start;
    if (bytes.length - start - from > MAX_ROW_BYTES) return from + MAX_ROW_BYTES;
    await window.readMore();
  }
}

/** Number of bytes of a row that decide whether a line is exact. */
const MAX_EXACT_BYTES = 1024 * 1024;

async function isExactRow(
  window: Window,
  skipped: number,
  dialect: Dialect,
  width: number,
): Promise<boolean> {
  for (;;) {
    const { bytes, start, is_last } = window;
    const scan = scanRow(bytes, start + skipped, is_last, dialect);
    if (scan.kind === 'row') {
      const is_short = scan.end - start - skipped <= MAX_EXACT_BYTES;
      return is_short && scan.is_exact && scan.cells.length === 3 * width;
    }
    if (scan.kind === 'bad' || bytes.length - start - skipped > MAX_EXACT_BYTES) return false;
    await window.readMore();
  }
}

function createRow(window: Window, end: number, line: number, read: () => RowContent): Row {
  const { bytes, start } = window;
  return {
    line,
    end: window.positionOf(end),
    bytes: () => trimLineEnd(bytes.subarray(start, end)),
    read,
  };
}

function trimLineEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= 1;
  if (bytes[end - 1] === 0x0d) end -= 1;
  return bytes.subarray(0, end);
}

function isEmptyRow(cells: number[]): boolean {
  for (let i = 0; i < cells.length; i += 3) {
    if (cells[i] !== cells[i + 1]) return false;
  }
  return true;
}

function countLines(bytes: Buffer, start: number, end: number, dialect: Dialect): number {
  const line_end = dialect.ends_at_cr ? 0x0d : 0x0a;
  let count = 0;
  for (let at = bytes.indexOf(line_end, start); at !== -1 && at < end; count += 1) {
    at = bytes.indexOf(line_end, at + 1);
  }
  return count;
}

/** Decodes the cells of a row. Missing cells at the end are absent, and so are empty ones too many. */
function readCells(
  bytes: Buffer,
  cells: number[],
  dialect: Dialect,
  columns: readonly string[],
): RowContent {
  const width = columns.length;
  let count = cells.length / 3;
  while (count > width && cells[3 * count - 3] === cells[3 * count - 2]) count -= 1;
  if (count > width) return { wrong: `has ${count} columns, the header has ${width}` };
  const values: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const [start = 0, end = 0, written = PLAIN] = cells.slice(3 * i, 3 * i + 3);
    values.push(decodeCell(bytes, start, end, written, dialect));
  }
  return { names: columns, values };
}
