import { parseJson } from './parse.ts';
import { findValueEnd as findEnd, isSpace, MISMATCHED, skipSeparators } from './scan-value.ts';

/** How the rows of a JSON file lie in the file. */
export type JsonShape =
  | { kind: 'lines' }
  | { kind: 'sequence'; start: number }
  | { kind: 'array'; start: number; path: string }
  | { kind: 'columns' }
  | { kind: 'python' };

/**
 * Finds out how rows lie in a JSON file: one on each line, one after the other, or in an array, which
 * may lie within an object. Returns undefined if the file is not JSON.
 *
 * @param path the path of the array within the object, such as `data.items`. By default, the first
 * array of objects.
 */
export function chooseJsonShape(
  head: Buffer,
  is_whole: boolean,
  path?: string,
): JsonShape | undefined {
  const start = skipSeparators(head, 0);
  const first = head[start];
  if (first === 0x5b) return shapeOfArray(head, start, is_whole, path);
  if (first === 0x22) return isStringLine(head, start) ? { kind: 'lines' } : undefined;
  if (first !== 0x7b) return undefined;
  if (/^\{\s*'/.test(head.toString('latin1', start, start + 40))) return { kind: 'python' };
  const end = findValueEnd(head, start);
  if (path !== undefined) return findArray(head, start, path);
  if (end === undefined) {
    // The object is longer than the head. It is one row, or a document that holds the rows.
    const array = findArray(head, start);
    const is_line = head.subarray(start).includes(0x0a) && !hasLineEndWithin(head, start);
    return array !== undefined && !is_line ? array : { kind: 'lines' };
  }
  const rest = skipSpaces(head, end);
  if (rest >= head.length && is_whole) return shapeOfDocument(head, start, end);
  const value = parseJson(head.toString('utf8', start, end));
  const is_line = value !== undefined && !head.subarray(start, end).includes(0x0a);
  const ends_line =
    head.subarray(end, rest).includes(0x0a) || head.subarray(end, rest).includes(0x0d);
  if (head[start - 1] === 0x1e || (value !== undefined && !(is_line && ends_line))) {
    return { kind: 'sequence', start };
  }
  return { kind: 'lines' };
}

/** A line with one JSON string. A line of CSV may begin with a quoted cell as well. */
function isStringLine(head: Buffer, start: number): boolean {
  const end = findValueEnd(head, start);
  const line_end = end === undefined ? -1 : skipSpaces(head, end);
  if (end === undefined || parseJson(head.toString('utf8', start, end)) === undefined) return false;
  const has_more = head.subarray(line_end).includes(0x0a);
  return head.subarray(end, line_end).includes(0x0a) && head[line_end] === 0x22 && has_more;
}

function findValueEnd(head: Buffer, start: number): number | undefined {
  const end = findEnd(head, start);
  return end === MISMATCHED ? undefined : end;
}

function skipSpaces(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function hasLineEndWithin(head: Buffer, start: number): boolean {
  const line_end = head.indexOf(0x0a, start);
  const first_line = head.toString('utf8', start, line_end);
  return parseJson(first_line) === undefined;
}

/** A file that begins with `[` is an array, unless each line is an array of its own. */
function shapeOfArray(
  head: Buffer,
  start: number,
  is_whole: boolean,
  path: string | undefined,
): JsonShape | undefined {
  if (path !== undefined) return findArray(head, start, path);
  const end = findValueEnd(head, start);
  const rest = end === undefined ? head.length : skipSpaces(head, end);
  if (rest < head.length && !is_whole && head[rest] === 0x5b) return { kind: 'lines' };
  if (rest < head.length && head[rest] === 0x5b) return { kind: 'lines' };
  return { kind: 'array', start: start + 1, path: '' };
}

/** A file of one object is a document that holds rows in an array, or one row. */
function shapeOfDocument(head: Buffer, start: number, end: number): JsonShape {
  const value = parseJson(head.toString('utf8', start, end));
  if (value !== undefined && isTableByColumns(value)) return { kind: 'columns' };
  const array = value === undefined ? undefined : findArray(head, start);
  if (array !== undefined && value !== undefined && !hasOwnText(value)) return array;
  const is_line = !head.subarray(start, end).includes(0x0a);
  return is_line ? { kind: 'lines' } : { kind: 'sequence', start };
}

/** pandas writes `{"text": {"0": …, "1": …}, …}` unless it is asked for records. */
function isTableByColumns(value: unknown): boolean {
  const columns = Object.values(value as object);
  const is_column = (one: unknown) =>
    typeof one === 'object' &&
    one !== null &&
    !Array.isArray(one) &&
    Object.keys(one).length > 0 &&
    Object.keys(one).every((key, i) => key === String(i));
  return columns.length > 0 && columns.every(is_column);
}

/** An object with a text of its own, such as a post with a list of comments, is one row. */
function hasOwnText(value: unknown): boolean {
  return Object.keys(value as object).some((key) => /^(text|full_?text|body|content)$/i.test(key));
}

/** Depth to which an array is looked for. */
const MAX_DEPTH = 4;

/**
 * Finds an array of objects within the object that starts at `start`, by walking through the bytes.
 * So the object may be longer than the head.
 */
function findArray(head: Buffer, start: number, wanted?: string): JsonShape | undefined {
  const names: string[] = [];
  let key = '';
  for (let at = start; at < head.length; at += 1) {
    const byte = head[at];
    if (byte === 0x22) {
      const end = findValueEnd(head, at);
      if (end === undefined) return undefined;
      const text = parseJson(head.toString('utf8', at, end));
      at = end - 1;
      if (head[skipSpaces(head, end)] === 0x3a) key = typeof text === 'string' ? text : '';
    } else if (byte === 0x7b) {
      names.push(key);
      if (names.length > MAX_DEPTH) return undefined;
    } else if (byte === 0x7d) {
      names.pop();
      if (names.length === 0) return undefined;
    } else if (byte === 0x5b) {
      const path = [...names.slice(1), key].join('.');
      const begins_with_object = head[skipSpaces(head, at + 1)] === 0x7b;
      const is_wanted = wanted === undefined ? begins_with_object : path === wanted;
      if (is_wanted) return { kind: 'array', start: at + 1, path };
      const end = findValueEnd(head, at);
      if (end === undefined) return undefined;
      at = end - 1;
    }
  }
  return undefined;
}
