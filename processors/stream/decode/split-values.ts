import { findEnvelope } from './envelopes.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  endOfLine,
  endOfString,
  LINE_FEED,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  RECORD_SEPARATOR,
  skipBlanks,
  skipSpace,
} from './json-bytes.ts';
import { SMALL_BYTES } from './values.ts';

/** The bytes of one value of several, and the bytes from there to the end of all values. */
export interface Piece {
  bytes: Uint8Array;
  /** This value and all values after it, in the same notation as the whole. */
  rest: () => Uint8Array;
}

/**
 * Number of values that are looked at to decide whether bytes hold several records. A text without
 * any record has few values that look like one, and none of them is parsed in vain after that.
 */
const PROBED = 1_000;

/**
 * Splits bytes that hold several records: JSON values on a line each, JSON values one after the
 * other, or a JSON array. The values themselves may be invalid, so a bad value costs no other.
 *
 * @returns undefined if the bytes are not several values, or if no value looks like a record.
 */
export function splitValues(json: Uint8Array): Iterable<Piece> | undefined {
  const start = skipSpace(json, 0);
  const array = arrayAt(json, start);
  const pieces = array === undefined ? () => eachValue(json) : () => eachElement(array);
  const is_single = array === undefined && isShorter(pieces(), 2);
  return is_single || !isSomeRecord(pieces()) ? undefined : pieces();
}

/** Returns the array that the bytes consist of, also if the end of the array is cut off. */
function arrayAt(json: Uint8Array, start: number): Uint8Array | undefined {
  if (json[start] !== OPEN_BRACKET) return undefined;
  const end = endOfBrackets(json, start, json.length);
  if (end === undefined) return json.subarray(start);
  return skipSpace(json, end) === json.length ? json.subarray(start, end) : undefined;
}

function isShorter(pieces: Iterable<Piece>, length: number): boolean {
  let count = 0;
  for (const _ of pieces) {
    count += 1;
    if (count === length) return false;
  }
  return true;
}

function isSomeRecord(pieces: Iterable<Piece>): boolean {
  let probed = 0;
  for (const piece of pieces) {
    if (looksLikeRecord(piece)) return true;
    probed += 1;
    if (probed === PROBED) return false;
  }
  return false;
}

/**
 * Returns true for an object with a field of a record, for a message of another service, and for an
 * array whose first element is an object. A large object is not parsed to find out.
 */
function looksLikeRecord({ bytes }: Piece): boolean {
  if (bytes[0] === OPEN_BRACKET) return bytes[skipSpace(bytes, 1)] === OPEN_BRACE;
  if (bytes[0] !== OPEN_BRACE || bytes.at(-1) !== CLOSE_BRACE) return false;
  if (bytes.length > SMALL_BYTES) return true;
  try {
    const value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
    return FIELDS.some((field) => Object.hasOwn(value, field)) || findEnvelope(value) !== undefined;
  } catch {
    return false;
  }
}

/** Fields of which every record has one. */
const FIELDS = ['text', 'source', 'record_id', 'text_claim'];

/**
 * Yields values that stand one after the other. A value ends at its last bracket, so it may have
 * several lines. After a value that never ends, and for bytes that are not JSON, a line is a value.
 */
function* eachValue(json: Uint8Array): Generator<Piece> {
  let is_by_line = false;
  for (let at = skipSpace(json, 0); at < json.length; ) {
    const limit = is_by_line ? endOfLine(json, at) : json.length;
    let end = endOfValue(json, at, limit);
    if (end === undefined) {
      is_by_line = true;
      end = endOfLine(json, at);
    }
    const from = at;
    yield { bytes: trimEnd(json.subarray(at, end)), rest: () => json.subarray(from) };
    at = skipSpace(json, end);
  }
}

/**
 * Returns the end of a value that begins with a bracket. Returns undefined if the value does not end
 * before the limit, or if something else than a value follows on its line.
 */
function endOfValue(json: Uint8Array, start: number, limit: number): number | undefined {
  if (json[start] !== OPEN_BRACE && json[start] !== OPEN_BRACKET) return undefined;
  const end = endOfBrackets(json, start, limit);
  if (end === undefined) return undefined;
  const next = skipBlanks(json, end);
  const follows = [undefined, LINE_FEED, OPEN_BRACE, OPEN_BRACKET, RECORD_SEPARATOR];
  return follows.includes(json[next]) ? end : undefined;
}

/**
 * Returns the index after the bracket that closes the bracket at `start`. A string of JSON has no
 * line feed, so a string with one has no end.
 */
function endOfBrackets(json: Uint8Array, start: number, limit: number): number | undefined {
  let depth = 0;
  let line_end = endOfLine(json, start);
  for (let i = start; i < limit; i += 1) {
    const byte = json[i];
    if (byte === QUOTE) {
      if (line_end < i) line_end = endOfLine(json, i);
      i = endOfString(json, i);
      if (i > line_end) return undefined;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}

/** Yields the elements of an array. */
function* eachElement(array: Uint8Array): Generator<Piece> {
  for (let at = skipSpace(array, 1); at < array.length && array[at] !== CLOSE_BRACKET; ) {
    const end = endOfElement(array, at);
    const from = at;
    const rest = () => Buffer.concat([Buffer.from('['), array.subarray(from)]);
    yield { bytes: trimEnd(array.subarray(at, end)), rest };
    if (array[end] !== COMMA) return;
    at = skipSpace(array, end + 1);
  }
}

/** Returns the index of the comma or of the bracket that ends an element. */
function endOfElement(array: Uint8Array, start: number): number {
  let depth = 0;
  for (let i = start; i < array.length; i += 1) {
    const byte = array[i];
    if (byte === QUOTE) i = endOfString(array, i);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    if (depth < 0 || (depth === 0 && byte === COMMA)) return i;
  }
  return array.length;
}

function trimEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && skipSpace(bytes, end - 1) >= end) end -= 1;
  return bytes.subarray(0, end);
}
