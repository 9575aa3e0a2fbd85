import { isUtf8 } from 'node:buffer';
import type { ParquetParsers } from 'hyparquet';
import { parseJson } from '../json/parse.ts';

/** Decodes texts without inventing U+FFFD, and takes JSON that is malformed as a text. */
export const PARSERS: Partial<ParquetParsers> = {
  stringFromBytes: (bytes: Uint8Array | undefined) => decodeText(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => {
    const text = decodeText(bytes);
    return typeof text === 'string' ? (parseJson(text) ?? text) : text;
  },
};

/** Returns the bytes themselves if they are not UTF-8. */
function decodeText(bytes: Uint8Array | undefined): unknown {
  if (!(bytes instanceof Uint8Array) || !isUtf8(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Converts the values that JSON does not have: dates, large integers and bytes. */
export function convertRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, convertValue(value)]),
  );
}

function convertValue(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return null;
  if (Array.isArray(value)) return value.map(convertValue);
  if (typeof value !== 'object' || value === null) return value;
  return convertRow(value as Record<string, unknown>);
}
