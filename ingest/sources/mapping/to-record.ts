import { createHash } from 'node:crypto';
import type * as z from 'zod';
import {
  carriedFields,
  type Issue,
  MAX_ATTRIBUTE_LENGTH,
  MAX_ATTRIBUTES,
  type RecordInput,
  recordId,
  recordSchema,
  slug,
  translateIssues,
} from '../../../schemas/index.ts';
import type { Row } from '../row.ts';
import { numberName } from './attribute-name.ts';
import type { ReadDate } from './dates.ts';
import { readFileLanguage } from './language.ts';
import type { TargetField, Targets } from './targets.ts';

/**
 * Something that the record of a row lacks or has in another place than the file. `kept` means that
 * the value is an attribute now, `dropped` that the record does not have it.
 */
export interface Adjustment {
  /** The field, or the name of the attribute. */
  field: string;
  outcome: 'kept' | 'dropped';
  reason: string;
}

/** The record of a row with its adjustments, or the issues that explain why the row is refused. */
export type RowOutcome =
  | { ok: true; record: RecordInput & { record_id: string }; adjustments: Adjustment[] }
  | { ok: false; issues: Issue[] };

/** The values that all records of a file share. */
export interface RecordDefaults {
  targets: Targets;
  readDate: ReadDate;
  source: string;
  tenant?: string | undefined;
  /** Returns the id of a record whose row has none. */
  deriveId: (row: Row, fields: { source: string; tenant?: string | undefined }) => string;
}

/**
 * Converts a row to a record. Only the text, the tenant and a withdrawal can cost the row: any other
 * value that does not fit its field becomes an attribute, and is counted as an adjustment. Null and
 * the empty string mean that the row has no value.
 */
export function toRecord(row: Row, defaults: RecordDefaults): RowOutcome {
  const content = row.read();
  if ('wrong' in content) return refuse('', content.wrong);
  const builder = new RecordBuilder(defaults);
  const targets = defaults.targets.of(content.names);
  for (const [i, value] of content.values.entries()) {
    const target = targets[i];
    if (target === undefined || value === null || value === undefined || value === '') continue;
    if ('field' in target) builder.addField(target.field, value);
    else void builder.addAttribute(target.attribute, value);
  }
  return builder.build(row);
}

function refuse(path: string, message: string): RowOutcome {
  return { ok: false, issues: [{ path, message }] };
}

class RecordBuilder {
  readonly #defaults: RecordDefaults;
  readonly #fields: Record<TargetField, unknown> = {};
  readonly #attributes = new Map<string, string | number | boolean>();
  readonly #adjustments: Adjustment[] = [];
  #hashed_id: string | undefined;

  constructor(defaults: RecordDefaults) {
    this.#defaults = defaults;
  }

  addField(field: TargetField, value: unknown): void {
    if (field === 'text' || field === 'tenant') {
      this.#fields[field] ??= field === 'tenant' ? trim(value) : value;
      return;
    }
    const fitted = fitValue(field, trim(value), this.#defaults.readDate);
    if (fitted === undefined) {
      if (trim(value) !== '') this.#keep(field, value, REASONS[field] ?? 'do not fit the field');
    } else if (fitted === HASHED) {
      this.#hashed_id ??= `id-${hash(String(value))}`;
      this.#keep(field, value, 'expected a record id; the id is its hash');
    } else this.#fields[field] ??= fitted;
  }

  /** Keeps a value that does not fit its field as an attribute. */
  #keep(field: TargetField, value: unknown, reason: string): void {
    const is_kept = this.addAttribute(field, value);
    if (is_kept) this.#adjustments.push({ field, outcome: 'kept', reason });
  }

  addAttribute(given: string, value: unknown): boolean {
    const name = numberName(given, (one) => this.#attributes.has(one));
    const reason = this.#findReasonToDrop(value);
    if (reason === undefined) {
      this.#attributes.set(name, value as string | number | boolean);
      return true;
    }
    const field = reason === TOO_MANY ? 'attributes' : name;
    this.#adjustments.push({ field, outcome: 'dropped', reason });
    return false;
  }

  #findReasonToDrop(value: unknown): string | undefined {
    if (typeof value === 'string') {
      if (value.length > MAX_ATTRIBUTE_LENGTH) {
        return `expected at most ${MAX_ATTRIBUTE_LENGTH} characters`;
      }
    } else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean') {
      return 'expected text or a number';
    }
    return this.#attributes.size >= MAX_ATTRIBUTES ? TOO_MANY : undefined;
  }

  /** Issues of the text name its column. */
  #nameColumns(error: z.ZodError): Issue[] {
    const column = this.#defaults.targets.columnOf('text') ?? 'text';
    return translateIssues(error).map(({ path, message }) => ({
      path: path === 'text' ? column : path,
      message,
    }));
  }

  build(row: Row): RowOutcome {
    const { source, tenant, deriveId } = this.#defaults;
    const base = { source, ...(tenant === undefined ? {} : { tenant }), ...this.#fields };
    const given = this.#hashed_id ?? this.#fields.record_id;
    const needs_id = given === undefined && this.#fields.deleted !== true;
    const record_id = needs_id ? deriveId(row, base as { source: string }) : given;
    const attributes = this.#attributes.size > 0 ? Object.fromEntries(this.#attributes) : undefined;
    const record = {
      ...base,
      ...(record_id === undefined ? {} : { record_id }),
      ...(attributes === undefined ? {} : { attributes }),
    };
    const parsed = recordSchema.safeParse(record);
    if (!parsed.success) return { ok: false, issues: this.#nameColumns(parsed.error) };
    return {
      ok: true,
      record: record as RecordInput & { record_id: string },
      adjustments: this.#adjustments,
    };
  }
}

const TOO_MANY = `expected at most ${MAX_ATTRIBUTES} attributes`;

/** The value that the field expects. Other values are kept as attributes. */
const REASONS: Record<TargetField, string | undefined> = {
  record_id: 'expected a record id',
  source: 'expected the name of a source',
  language: 'expected a language',
  created_at: 'expected a date in a known form',
  url: 'expected a URL',
  record_version: 'expected a whole number',
  deleted: 'expected true or false',
};

/** Says that the value identifies the record, but cannot be its id. */
const HASHED = Symbol('hashed');

/** Converts a value to the type of its field. Returns undefined if the value does not fit. */
function fitValue(field: TargetField, value: unknown, readDate: ReadDate): unknown {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text !== 'string' || text === '') return undefined;
  switch (field) {
    case 'record_id':
      return recordId.safeParse(text).success ? text : HASHED;
    case 'source':
      return slug.safeParse(text).success ? text : undefined;
    case 'language':
      return readFileLanguage(text);
    case 'created_at':
      return readDate(value);
    case 'record_version':
      return /^\d{1,15}(\.0)?$/.test(text) ? Number(text) : undefined;
    case 'deleted':
      return readBoolean(text);
    default:
      return fitCarried(field, [text, value]);
  }
}

/** Carried fields take the value as a text, or else as it is. */
function fitCarried(field: TargetField, forms: unknown[]): unknown {
  const schema = (carriedFields as Record<string, z.ZodType | undefined>)[field];
  return forms.find((form) => schema?.safeParse(form).success);
}

function readBoolean(text: string): boolean | undefined {
  if (/^(true|1|yes|y|t)$/i.test(text)) return true;
  return /^(false|0|no|n|f)$/i.test(text) ? false : undefined;
}

function trim(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
