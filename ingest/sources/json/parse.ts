import { isUtf8 } from 'node:buffer';
import type { RowContent } from '../row.ts';

/**
 * Parses the JSON of one row and flattens nested objects. Integers that a number of JavaScript
 * cannot hold become strings, so that two ids never become one. `NaN` and `Infinity`, which Python
 * writes, count as null.
 */
export function parseRow(bytes: Buffer): RowContent {
  if (!isUtf8(bytes)) return { wrong: 'is not UTF-8' };
  const value = parseJson(bytes.toString('utf8'));
  if (value === undefined) return { wrong: 'is not JSON' };
  if (isObject(value)) return flatten(value);
  const is_text = typeof value === 'string';
  return { wrong: is_text ? 'is a JSON string, not a JSON object' : 'is not a JSON object' };
}

/** Parses JSON. Returns undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  const exact = /\d{16}/.test(text) ? quoteLongIntegers(text) : text;
  const parsed = tryParse(exact);
  if (parsed !== undefined || !/NaN|Infinity/.test(text)) return parsed;
  return tryParse(replaceOutsideStrings(exact, /-?(?:NaN|Infinity)\b/g, () => 'null'));
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function quoteLongIntegers(text: string): string {
  return replaceOutsideStrings(text, /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g, (digits) =>
    Number.isSafeInteger(Number(digits)) ? digits : `"${digits}"`,
  );
}

/** Replaces matches between the strings of a JSON text, in one pass. */
function replaceOutsideStrings(
  text: string,
  pattern: RegExp,
  replace: (found: string) => string,
): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    parts.push(text.slice(at, end).replace(pattern, replace));
    at = quote === -1 ? end : findStringEnd(text, quote);
    parts.push(text.slice(end, at));
  }
  return parts.join('');
}

/** Returns the index behind the string that starts at a quote. */
function findStringEnd(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** Depth to which nested objects are flattened. */
const MAX_DEPTH = 4;
/** Number of values that one row may have. */
const MAX_VALUES = 2_000;

/**
 * Flattens an object to paths with scalars. A list of scalars becomes one text, such as `a, b`. Other
 * lists, and objects that lie deeper, stay as they are: they fit no field, so they are counted.
 */
export function flatten(row: Record<string, unknown>): {
  names: string[];
  values: unknown[];
} {
  const names: string[] = [];
  const values: unknown[] = [];
  const add = (object: Record<string, unknown>, prefix: string, depth: number) => {
    for (const [key, value] of Object.entries(object)) {
      if (names.length >= MAX_VALUES) return;
      const name = prefix === '' ? key : `${prefix}.${key}`;
      if (isObject(value) && depth < MAX_DEPTH) {
        add(value, name, depth + 1);
      } else if (!isEmpty(value)) {
        names.push(name);
        values.push(joinScalars(value));
      }
    }
  };
  add(row, '', 1);
  return { names, values };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a list or an object holds nothing. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function joinScalars(value: unknown): unknown {
  if (!Array.isArray(value) || value.some((one) => typeof one === 'object' && one !== null)) {
    return value;
  }
  return value.filter((one) => one !== null).join(', ');
}
