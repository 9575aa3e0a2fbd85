import type { ByteSource } from '../bytes/byte-source.ts';
import { Window } from '../bytes/window.ts';
import { END_OF_FILE, type Row, type RowReader } from '../row.ts';
import { parseRow } from './parse.ts';
import { findValueEnd, MISMATCHED, skipSeparators } from './scan-value.ts';

/** Where the values of a JSON file begin. */
export interface JsonLayout {
  /** True if the values are the elements of an array, so that `]` ends them. */
  is_array: boolean;
  /** The byte offset of the first value, and its line. */
  start: { offset: number; line: number };
}

/** Maximum length of a value, in bytes. A text has at most 1 MiB. */
const MAX_VALUE_BYTES = 8 * 1024 * 1024;
const CLOSE_LIST = 0x5d;
const NEVER_ENDS = 'does not end: a bracket or a quote is missing';

/**
 * Creates the reader of JSON values that follow each other: the elements of an array, or values one
 * after the other, with or without line ends, commas or record separators between them. A value that
 * does not end costs the lines up to the next line that begins as its first line does.
 */
export function createJsonReader(source: ByteSource, layout: JsonLayout): RowReader {
  return async function* (from) {
    const start = from === 0 ? layout.start : { offset: from, line: 1 };
    const window = new Window(source.open(start.offset), start.offset);
    try {
      yield* readValues(window, start.line, layout.is_array);
    } finally {
      await window.close();
    }
  };
}

async function* readValues(
  window: Window,
  first_line: number,
  is_array: boolean,
): AsyncIterable<Row> {
  let line = first_line;
  for (;;) {
    const at = await findValue(window);
    line += countLines(window.bytes, window.start, at);
    const spaces = window.bytes.subarray(window.start, at);
    const indentation = spaces.subarray(spaces.lastIndexOf(0x0a) + 1);
    window.start = at;
    if (at >= window.bytes.length) {
      const wrong = 'ends before the array is closed';
      if (is_array) yield { ...createUnreadable(window, at, line, wrong), end: END_OF_FILE };
      return;
    }
    if (is_array && window.bytes[at] === CLOSE_LIST) return;
    const end = await findEnd(window);
    if (end === undefined) {
      const next = await findSimilarLine(window, indentation);
      const { bytes, start } = window;
      yield createUnreadable(window, next, line, NEVER_ENDS);
      line += countLines(bytes, start, next);
      window.start = next;
      continue;
    }
    const { bytes, start } = window;
    const value = bytes.subarray(start, end);
    const read = () => parseRow(value);
    yield { line, end: window.positionOf(end), bytes: () => value, read };
    line += countLines(bytes, start, end);
    window.start = end;
  }
}

/** Returns the index of the next value, or the end of the bytes if the file has no more values. */
async function findValue(window: Window): Promise<number> {
  for (;;) {
    const at = skipSeparators(window.bytes, window.start);
    if (at < window.bytes.length || window.is_last) return at;
    await window.readMore();
  }
}

/** Returns the index behind the value at the start of the window, or undefined if it never ends. */
async function findEnd(window: Window): Promise<number | undefined> {
  for (;;) {
    const { bytes, start, is_last } = window;
    const end = findValueEnd(bytes, start);
    if (end === MISMATCHED) return undefined;
    if (end !== undefined && end - start <= MAX_VALUE_BYTES) return end;
    if (end !== undefined || bytes.length - start > MAX_VALUE_BYTES) return undefined;
    if (is_last) return isScalar(bytes[start]) ? bytes.length : undefined;
    await window.readMore();
  }
}

/** Numbers and words end with the file. Strings, objects and lists have an end of their own. */
function isScalar(first: number | undefined): boolean {
  return first !== 0x22 && first !== 0x7b && first !== 0x5b;
}

/**
 * Finds the next line that begins with the same spaces and the same bracket as the value at the start
 * of the window. Without such a line, the next 16 MiB belong to the broken value.
 */
async function findSimilarLine(window: Window, indentation: Buffer): Promise<number> {
  for (;;) {
    const { bytes, start, is_last } = window;
    const bracket = bytes.subarray(start, start + 1);
    const pattern = Buffer.concat([Buffer.from('\n'), indentation, bracket]);
    const found = bytes.indexOf(pattern, start);
    const limit = start + 2 * MAX_VALUE_BYTES;
    if (found !== -1) return Math.min(found + pattern.length - 1, limit);
    if (is_last) return Math.min(bytes.length, limit);
    if (bytes.length > limit) return limit;
    await window.readMore();
  }
}

function createUnreadable(window: Window, end: number, line: number, wrong: string): Row {
  const { bytes, start } = window;
  return {
    line,
    end: window.positionOf(end),
    bytes: () => bytes.subarray(start, Math.min(end, start + 1024)),
    read: () => ({ wrong }),
  };
}

function countLines(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a, start); at !== -1 && at < end; count += 1) {
    at = bytes.indexOf(0x0a, at + 1);
  }
  return count;
}
