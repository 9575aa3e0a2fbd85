import type { z } from 'zod';
import { type Issue, recordSchema, type StreamRecord } from '../../../schemas/index.ts';
import { gunzipped } from './gunzip.ts';
import { Unreadable, unreadable } from './unreadable.ts';

/** More tell nobody more. */
const MAX_ISSUES = 20;
const LONE_SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const ORDINARY_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** A record from its bytes on the stream: gzip, UTF-8, JSON, schema. @throws {Unreadable} */
export function parseRecord(bytes: Uint8Array): StreamRecord {
  const parsed = recordSchema.safeParse(parseJson(decodeUtf8(gunzipped(bytes))));
  if (!parsed.success) throw new Unreadable('invalid_record', issuesOf(parsed.error));
  const { created_at } = parsed.data;
  if (created_at !== undefined && !hasFourDigitYear(created_at)) {
    const message = 'must be within the years 0000 to 9999 in UTC';
    throw new Unreadable('invalid_record', [{ path: 'created_at', message }]);
  }
  return parsed.data;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A byte order mark, as editors on Windows write it, is dropped. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw unreadable('invalid_utf8', 'is not UTF-8');
  }
}

/** V8's own messages quote the text, so they go no further. */
function parseJson(text: string): unknown {
  try {
    return LONE_SURROGATE_ESCAPE.test(text) ? JSON.parse(text, wellFormed) : JSON.parse(text);
  } catch {
    throw unreadable('invalid_json', 'is not JSON');
  }
}

/**
 * Half an emoji, left where a producer cut a text after so many UTF-16 units, becomes U+FFFD: no service takes it, and
 * one such text would fail the 24 others of its call.
 */
function wellFormed(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value).toString() : value;
}

function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: path.map(nameOf).join('.'),
    message,
  }));
}

/** The names of attributes are the producer's own words: only those that look like names are repeated. */
function nameOf(segment: PropertyKey): string {
  const name = String(segment);
  return ORDINARY_NAME.test(name) ? name : '?';
}

/** An offset can move a time out of the years that sort as text. */
function hasFourDigitYear(created_at: string): boolean {
  return created_at.endsWith('Z') || /^\d{4}-/.test(new Date(created_at).toISOString());
}
