import * as z from 'zod';
import { readLanguage } from './language-code.ts';

/**
 * Maximum size of a record's text, in bytes of UTF-8. The limit of 1 MiB equals the default limit
 * of Kinesis for one stream record.
 *
 * @example
 * import { MAX_TEXT_BYTES } from 'aurastream/schemas';
 *
 * const text = 'I love my cat';
 * console.log(new TextEncoder().encode(text).length <= MAX_TEXT_BYTES);
 */
export const MAX_TEXT_BYTES = 1_048_576;

/**
 * A short name for a source or a tenant. A slug can be part of a key, a path or an SQL statement
 * without escaping.
 */
export const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'must be 1 to 64 of a-z, 0-9, _ and -, starting with a letter or digit',
  );

/** The limit has room for the longest id that is derived from a position on a stream. */
export const recordId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,256}$/, 'must be 1 to 256 of A-Z, a-z, 0-9, ., _, : and -');

/** A language code such as `en` or `zh-TW`, as {@link readLanguage} returns it. */
export const languageCode = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/, 'must be a language code such as en or zh-TW');

/** A language code of a producer, which becomes the canonical code or `auto`. */
const givenLanguage = z.string().transform((code, context) => {
  const language = readLanguage(code);
  if (language !== undefined) return language;
  context.issues.push({
    code: 'custom',
    input: code,
    message: 'must be auto or a language code such as en, pt-BR or zh-Hant',
  });
  return z.NEVER;
});

export const timestamp = z.iso.datetime({
  offset: true,
  error: 'must be an ISO 8601 date and time with a zone',
});

/**
 * Earliest stamp, in epoch milliseconds. A smaller number is a field of the producer that has the
 * same name, such as a time in seconds.
 */
const MIN_STAMP = Date.UTC(2020, 0);

const text = z
  .string()
  .min(1, 'must not be empty')
  .refine((value) => Buffer.byteLength(value) <= MAX_TEXT_BYTES, 'must be at most 1 MiB in UTF-8');

export const MAX_ATTRIBUTES = 32;
/** Maximum length of the value of an attribute, in characters. */
export const MAX_ATTRIBUTE_LENGTH = 1_024;
/** The name of an attribute may have letters and digits of every script. */
export const ATTRIBUTE_NAME = /^[\p{L}\p{M}\p{N}_.-]{1,64}$/u;

const attributeValue = z.union([z.string().max(MAX_ATTRIBUTE_LENGTH), z.number(), z.boolean()]);

const attributes = z
  .record(z.string().regex(ATTRIBUTE_NAME), attributeValue)
  .refine(
    (entries) => Object.keys(entries).length <= MAX_ATTRIBUTES,
    `must have at most ${MAX_ATTRIBUTES} entries`,
  );

/**
 * The fields that a result copies from its record. To add such a field, add a line to this object,
 * and let an undo restore it (operations/runs). This object is used by the schemas of records, job
 * documents and results, by the lake, by replay and by the OpenAPI document.
 */
export const carriedFields = {
  author: z.string().max(256).optional().describe('Who wrote the text.'),
  url: z.url().max(2048).optional().describe('Where the text stands.'),
  attributes: attributes.optional().describe('Up to 32 facts about the record, by name.'),
  job_id: recordId.optional().describe('The job that submitted the record.'),
  job_index: z.int().min(0).optional().describe('The place of the record in the file of its job.'),
  run_id: recordId
    .optional()
    .describe('The run that published the record: an ingest, an undo, or the id of a job.'),
};
type CarriedField = keyof typeof carriedFields;

/**
 * Picks the carried fields of an object. Sets absent fields to undefined, so that all results have
 * the same shape.
 */
export function pickCarried<From extends { [Field in CarriedField]?: unknown }>(
  from: From,
): Pick<Complete<From>, CarriedField> {
  const picked: Partial<Record<CarriedField, unknown>> = {};
  for (const field of CARRIED_FIELDS) picked[field] = from[field];
  return picked as Pick<Complete<From>, CarriedField>;
}
const CARRIED_FIELDS = Object.keys(carriedFields) as CarriedField[];

/**
 * The type `Of` with all fields required. A field that is optional in `Of` may be `undefined`, but
 * must be present. Code that forgets a field does not compile.
 */
export type Complete<Of> = { [Field in keyof Required<Of>]: Of[Field] };

/**
 * Returns true if the year has four digits after conversion to UTC. Times with longer or shorter
 * years do not sort correctly as strings.
 */
function hasFourDigitYear(time: string): boolean {
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && /^\d{4}-/.test(date.toISOString());
}

/**
 * The fields of a record. The schemas of records and of job documents are built from these fields.
 */
export const recordFields = {
  record_id: recordId
    .optional()
    .describe('The permanent id of the record; if absent, derived from its place on the stream.'),
  text: text
    .optional()
    .describe('The text to analyse, 1 byte to 1 MiB in UTF-8. Optional in a withdrawal.'),
  source: slug.describe('The producer or feed that the record comes from.'),
  tenant: slug.default('default').describe('The owner of the record.'),
  language: givenLanguage
    .default('auto')
    .describe('The language of the text, such as en, pt-BR or zh-Hant; auto detects it.'),
  created_at: timestamp
    .refine(hasFourDigitYear, 'must be within the years 0000 to 9999 in UTC')
    .optional()
    .describe('ISO 8601 with a zone; if absent, the time of arrival.'),
  ...carriedFields,
  text_claim: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe(
      'SHA-256 of a text that is too long for the stream. The input bucket holds the text, under the tenant.',
    ),
  record_version: z
    .int()
    .min(0)
    .optional()
    .describe(
      'A higher version replaces a lower one, in any order of arrival. Without versions, what is accepted later replaces.',
    ),
  stamp: z
    .int()
    .min(MIN_STAMP)
    .optional()
    .describe('When AuraStream accepted the record, in epoch milliseconds. The publisher sets it.'),
  analysis_run: z
    .int()
    .min(0)
    .optional()
    .describe('Start of a replay in epoch seconds; its result replaces those of earlier runs.'),
  deleted: z.boolean().default(false).describe('True if the source withdraws the record.'),
};

/**
 * Version 1 of the schema of the records that producers send. The schema drops unknown fields, so
 * producers may send a new field before the schema defines the field.
 *
 * @example
 * import { recordSchema } from 'aurastream/schemas';
 *
 * const record = recordSchema.parse({
 *   record_id: 'rev-0001',
 *   text: 'I love my cat',
 *   source: 'app_reviews',
 *   created_at: '2026-11-23T10:00:00Z',
 *   attributes: { stars: 5 },
 * });
 * console.log(record.tenant, record.language, record.record_version);
 */
export const recordSchema = z
  .object(recordFields)
  .refine((record) => (record.job_index === undefined) === (record.job_id === undefined), {
    path: ['job_index'],
    error: 'job_id and job_index must come together',
  })
  .refine((record) => record.text_claim === undefined || record.text === undefined, {
    path: ['text_claim'],
    error: 'replaces the text: leave text out',
  })
  .refine((record) => record.deleted || (record.text ?? record.text_claim) !== undefined, {
    path: ['text'],
    error: 'is required',
  })
  .refine((record) => !record.deleted || record.record_id !== undefined, {
    path: ['record_id'],
    error: 'is required in a withdrawal',
  })
  .transform((record) => ({ ...record, text: record.text ?? '' }));

/**
 * A record before {@link recordSchema} has filled in the defaults. The fields with a default are
 * optional.
 *
 * @useDeclaredType
 *
 * @example
 * import type { RecordInput } from 'aurastream/schemas';
 *
 * const record: RecordInput = { text: 'I love my cat', source: 'app_reviews' };
 */
export type RecordInput = z.input<typeof recordSchema>;
/**
 * A record after {@link recordSchema} has parsed the record and filled in the defaults.
 *
 * @useDeclaredType
 *
 * @example
 * import { recordSchema, type StreamRecord } from 'aurastream/schemas';
 *
 * const isWithdrawal = (record: StreamRecord) => record.deleted;
 * console.log(isWithdrawal(recordSchema.parse({ record_id: 'r-1', source: 's', deleted: true })));
 */
export type StreamRecord = z.output<typeof recordSchema>;
