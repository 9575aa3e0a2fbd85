import {
  parseWellFormedJson,
  recordSchema,
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
 * Checks the schema of a record.
 *
 * @throws {Unreadable} if the value is not a record.
 */
export function toRecord(value: unknown): StreamRecord {
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) throw new Unreadable('invalid_record', translateIssues(parsed.error));
  const { created_at } = parsed.data;
  if (created_at !== undefined && !hasFourDigitYear(created_at)) {
    const message = 'must be within the years 0000 to 9999 in UTC';
    throw new Unreadable('invalid_record', [{ path: 'created_at', message }]);
  }
  return parsed.data;
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

/**
 * Returns true if the year of `created_at` has four digits after conversion to UTC. Times with
 * longer or shorter years do not sort correctly as strings.
 */
function hasFourDigitYear(created_at: string): boolean {
  return /^\d{4}-/.test(new Date(created_at).toISOString());
}
