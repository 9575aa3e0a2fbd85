import {
  boundCreation,
  type Misfit,
  parseWellFormedJson,
  readRecord,
  type StreamRecord,
  translateIssues,
} from '../../../schemas/index.ts';
import { describeForeignBytes } from './compression.ts';
import { Unreadable, unreadable } from './unreadable.ts';
import { hasManyValues, MAX_VALUES } from './values.ts';

/**
 * Decodes the UTF-8 of a decompressed record and parses the JSON.
 *
 * @throws {Unreadable} if one of these steps fails.
 */
export function parseValue(bytes: Uint8Array): unknown {
  if (hasManyValues(bytes)) {
    throw unreadable('too_large', `has more than ${MAX_VALUES} values in its JSON`);
  }
  return parseJson(decodeUtf8(bytes));
}

/**
 * Reads the fields of a record. See `readRecord` and `boundCreation`.
 *
 * @param arrived_at time of arrival, in epoch milliseconds.
 * @throws {Unreadable} if the value is not a record.
 */
export function toRecord(
  value: unknown,
  arrived_at: number,
): { record: StreamRecord; misfits: Misfit[] } {
  const read = readRecord(value);
  if (!read.success) throw new Unreadable('invalid_record', translateIssues(read.error));
  const { record, misfits } = boundCreation(read.data, arrived_at);
  return { record, misfits: [...read.misfits, ...misfits] };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes UTF-8 and removes a byte order mark, because some Windows editors write a byte order
 * mark.
 */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw unreadable('invalid_utf8', describeForeignBytes(bytes));
  }
}

/**
 * Parses JSON. The error messages of V8 are not passed on, because these messages quote the text.
 */
function parseJson(text: string): unknown {
  try {
    return parseWellFormedJson(text);
  } catch {
    throw unreadable('invalid_json', 'is not JSON');
  }
}
