import type * as z from 'zod';
import { readLanguage } from './language-code.ts';
import { MAX_AHEAD_MS } from './order.ts';
import {
  ATTRIBUTE_NAME,
  carriedFields,
  MAX_ATTRIBUTE_LENGTH,
  MAX_ATTRIBUTES,
  recordFields,
  recordSchema,
  type StreamRecord,
} from './record.ts';
import { readTime } from './time.ts';

/**
 * A value that does not fit its field of a record. It is kept as an attribute, or is dropped. The
 * name of an attribute is not part of it, because producers choose these names.
 */
export interface Misfit {
  field: string;
  is_kept: boolean;
}

export type ReadRecord =
  | { success: true; data: StreamRecord; misfits: Misfit[] }
  | { success: false; error: z.ZodError };

type Fields = Record<string, unknown>;

const { attributes: _attributes, job_id: _id, job_index: _index, ...described } = carriedFields;
/** The fields that describe a record. No other field decides on the record or its verdict. */
const METADATA: Record<string, z.ZodType> = {
  ...described,
  language: recordFields.language,
  created_at: recordFields.created_at,
  stamp: recordFields.stamp,
};

/**
 * Reads a record of a producer. The text, the source, the tenant and all that identifies the record
 * must fit the schema. A field that only describes the record never costs the verdict: `null` and
 * the empty string count as absent, usual forms of dates and languages are understood, and any other
 * value that does not fit becomes an attribute or is dropped.
 *
 * @example
 * const read = readRecord({ text: 'I love my cat', source: 's', author: null, url: 'N/A' });
 * if (read.success) console.log(read.data.attributes); // { url: 'N/A' }
 */
export function readRecord(value: unknown): ReadRecord {
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return { success: true, data: parsed.data, misfits: [] };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return parsed;
  const { fields, misfits } = fitMetadata(value as Fields);
  const fitted = recordSchema.safeParse(fields);
  return fitted.success ? { success: true, data: fitted.data, misfits } : fitted;
}

/** Returns a copy of the fields of a record in which all metadata fit the schema. */
export function fitMetadata(given: Fields): { fields: Fields; misfits: Misfit[] } {
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const misfits: Misfit[] = [];
  const attributes = fitAttributes(fields.attributes, misfits);
  for (const [field, schema] of Object.entries(METADATA)) {
    const value = fields[field];
    if (value === undefined) continue;
    const fitted = isBlank(value) ? undefined : fitValue(field, schema, value);
    if (fitted === undefined) delete fields[field];
    else fields[field] = fitted;
    if (fitted === undefined && !isBlank(value)) {
      misfits.push({ field, is_kept: addAttribute(attributes, field, value) });
    }
  }
  delete fields.attributes;
  if (attributes.size > 0) fields.attributes = Object.fromEntries(attributes);
  return { fields, misfits };
}

/** No record of a producer is older than the web. An earlier date is a default or a mistake. */
const EARLIEST_CREATION = Date.UTC(1990, 0);

/**
 * Returns a record without a time of creation that cannot be right: one before 1990, or more than
 * five minutes after the arrival. The value becomes an attribute, and the arrival counts instead.
 */
export function boundCreation(
  record: StreamRecord,
  arrived_at: number,
): { record: StreamRecord; misfits: Misfit[] } {
  const { created_at, ...others } = record;
  if (created_at === undefined) return { record, misfits: [] };
  const time = Date.parse(created_at);
  if (time >= EARLIEST_CREATION && time <= arrived_at + MAX_AHEAD_MS) {
    return { record, misfits: [] };
  }
  const attributes: Attributes = new Map(Object.entries(record.attributes ?? {}));
  const field = 'created_at';
  const is_kept = addAttribute(attributes, field, created_at);
  const bounded = { ...others, attributes: Object.fromEntries(attributes) };
  return { record: bounded, misfits: [{ field, is_kept }] };
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** Returns the value as its field takes it, or undefined if it does not fit. */
function fitValue(field: string, schema: z.ZodType, value: unknown): unknown {
  if (field === 'created_at') {
    const time = readTime(value);
    return schema.safeParse(time).success ? time : undefined;
  }
  const text = typeof value === 'string' ? value.trim() : scalarOf(value);
  if (field === 'language') return typeof text === 'string' ? readLanguage(text) : undefined;
  return [value, text].find((form) => form !== undefined && schema.safeParse(form).success);
}

function scalarOf(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

type Attributes = Map<string, string | number | boolean>;

function fitAttributes(given: unknown, misfits: Misfit[]): Attributes {
  const attributes: Attributes = new Map();
  const field = 'attributes';
  if (given === undefined || isBlank(given)) return attributes;
  if (typeof given !== 'object' || Array.isArray(given)) {
    misfits.push({ field, is_kept: addAttribute(attributes, field, given) });
    return attributes;
  }
  for (const [position, [given_name, value]] of Object.entries(given as Fields).entries()) {
    if (value === null) continue;
    const name = fitName(given_name, position);
    const is_kept = addAttribute(attributes, name, value);
    const is_same = name === given_name && attributes.get(name) === value;
    if (!is_kept || !is_same) misfits.push({ field, is_kept });
  }
  return attributes;
}

/** Adds an attribute. Returns false if its value does not fit, or if there are too many. */
function addAttribute(attributes: Attributes, name: string, value: unknown): boolean {
  const fitted = fitAttribute(value);
  if (fitted === undefined || attributes.size >= MAX_ATTRIBUTES) return false;
  attributes.set(numberName(name, attributes), fitted);
  return true;
}

/** Lists and objects become their JSON. */
function fitAttribute(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const text = typeof value === 'string' ? value : formatJson(value);
  return text === undefined || text.length > MAX_ATTRIBUTE_LENGTH ? undefined : text;
}

function formatJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // JSON.stringify throws a RangeError if the value is nested very deeply.
    return undefined;
  }
}

const MAX_NAME_LENGTH = 64;

/** Replaces the characters that the name of an attribute may not have. */
function fitName(given: string, position: number): string {
  if (ATTRIBUTE_NAME.test(given) && given !== '__proto__') return given;
  const parts = given.normalize('NFC').split(/[^\p{L}\p{M}\p{N}_.-]+/u);
  const name = parts.filter((part) => part !== '').join('_');
  const short = name.slice(0, MAX_NAME_LENGTH);
  const whole = short.isWellFormed() ? short : short.slice(0, -1);
  if (whole === '') return `attribute_${position + 1}`;
  return whole === '__proto__' ? 'proto' : whole;
}

/** Adds a number to a name that is taken, such as `author_2`. */
function numberName(name: string, attributes: Attributes): string {
  let numbered = name;
  for (let n = 2; attributes.has(numbered); n += 1) {
    numbered = `${name.slice(0, MAX_NAME_LENGTH - 3)}_${n}`;
  }
  return numbered;
}
