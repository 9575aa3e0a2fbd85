import {
  parseWellFormedJson,
  recordSchema,
  type StreamRecord,
  translateIssues,
} from '../../../schemas/index.ts';
import { gunzip } from './gunzip.ts';
import { Unreadable, unreadable } from './unreadable.ts';

/** Parses the bytes of a record: gzip, UTF-8, JSON, schema. @throws {Unreadable} */
export function parseRecord(bytes: Uint8Array): StreamRecord {
  const parsed = recordSchema.safeParse(parseJson(decodeUtf8(gunzip(bytes))));
  if (!parsed.success) throw new Unreadable('invalid_record', translateIssues(parsed.error));
  const { created_at } = parsed.data;
  if (created_at !== undefined && !hasFourDigitYear(created_at)) {
    const message = 'must be within the years 0000 to 9999 in UTC';
    throw new Unreadable('invalid_record', [{ path: 'created_at', message }]);
  }
  return parsed.data;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes UTF-8, without a byte order mark: some editors on Windows write one. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw unreadable('invalid_utf8', 'is not UTF-8');
  }
}

/** V8's messages quote the text, so they are not passed on. */
function parseJson(text: string): unknown {
  try {
    return parseWellFormedJson(text);
  } catch {
    throw unreadable('invalid_json', 'is not JSON');
  }
}

/** True if the year has four digits in UTC too: years with more or fewer digits do not sort as text. */
function hasFourDigitYear(created_at: string): boolean {
  return created_at.endsWith('Z') || /^\d{4}-/.test(new Date(created_at).toISOString());
}
