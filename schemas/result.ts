import * as z from 'zod';
import { piiSchema } from './personal-data.ts';
import { carriedFields, languageCode, recordId, slug, timestamp } from './record.ts';
import { scoresSchema, sentiment } from './verdict.ts';

/**
 * The possible statuses of a result. `analyzed` means that the record has a verdict. Each other
 * status is the reason why the record has no verdict.
 */
export const RESULT_STATUSES = ['analyzed', 'unsupported_language', 'empty', 'withdrawn'] as const;
/**
 * The possible origins of a verdict. `miss` means that the analyzer was called. `batch` means that
 * the same text was in the same batch. `memory` and `table` mean that the verdict was cached in the
 * memory of the process or in the cache table.
 */
export const CACHE_TIERS = ['miss', 'batch', 'memory', 'table'] as const;
export type CacheTier = (typeof CACHE_TIERS)[number];

/**
 * Version 1 of the schema of a result. A result is a record with its verdict and the origin of the
 * verdict. Each result is one line of the lake and one row of the results table. The verdict fields
 * are present if `status` is `analyzed`.
 *
 * @example
 * import { resultSchema } from 'aurastream/schemas';
 *
 * // Reads one line of the lake's objects.
 * export function parseLine(line: string) {
 *   return resultSchema.parse(JSON.parse(line));
 * }
 */
export const resultSchema = z.object({
  schema_version: z.literal(1),
  record_id: recordId.describe('The permanent id of the record within its source.'),
  tenant: slug.describe('The owner of the record.'),
  source: slug.describe('The producer or feed that the record comes from.'),
  record_version: z
    .int()
    .min(0)
    .optional()
    .describe('The highest version that the producer gave; absent if it gave none.'),
  stamp: z.int().describe('When the record was accepted, in epoch milliseconds.'),
  revision: z
    .int()
    .optional()
    .describe('Rises with each change of the row. Absent in lines that the row was not.'),
  replaced_revision: z
    .int()
    .optional()
    .describe('Revision before the run of this version; absent if there was no version before it.'),
  analysis_run: z.int().min(0).optional().describe('Start of the replay, in epoch seconds.'),
  status: z.enum(RESULT_STATUSES).describe('analyzed, or why there is no verdict.'),
  sentiment: sentiment.optional().describe('POSITIVE, NEGATIVE, NEUTRAL or MIXED.'),
  score: z.number().optional().describe('The probability of the sentiment.'),
  confidence: z.number().optional().describe('The margin of the score over the next highest one.'),
  scores: scoresSchema.optional().describe('The probabilities of the four sentiments.'),
  language_code: languageCode.optional().describe('The language of the text.'),
  language_source: z
    .enum(['given', 'detected'])
    .optional()
    .describe('Whether the producer gave the language.'),
  analyzer: z
    .object({ name: z.string(), version: z.string() })
    .optional()
    .describe('What gave the verdict.'),
  cache: z.enum(CACHE_TIERS).optional().describe('Where the verdict came from.'),
  chunks: z.int().optional().describe('Number of documents that the text was split into.'),
  text: z.string().optional().describe('Absent by text policy, or if it does not fit.'),
  text_hash: z
    .string()
    .describe('SHA-256 of the text in UTF-8, hex; with placeholders, if it is redacted.'),
  text_bytes: z.int().describe('Length of this text in UTF-8.'),
  pii: piiSchema
    .optional()
    .describe('The personal data that was found; absent if none was, or if the policy is off.'),
  ...carriedFields,
  attributes: z.record(z.string(), z.string()).optional().describe('Values as strings.'),
  created_at: timestamp.describe(
    'The time that the producer gave, otherwise the time of the first arrival; in UTC.',
  ),
  first_created_at: timestamp
    .optional()
    .describe('created_at of the first version. Absent if only a withdrawal has come.'),
  arrived_at: timestamp.describe('When the record reached the stream.'),
  processed_at: timestamp.describe('When the verdict was written.'),
});

/**
 * A record with its verdict and the origin of the verdict. {@link resultSchema} describes the
 * fields.
 *
 * @useDeclaredType
 *
 * @example
 * import type { Result } from 'aurastream/schemas';
 *
 * const summarize = ({ record_id, status, sentiment }: Result) =>
 *   `${record_id}: ${sentiment ?? status}`;
 */
export type Result = z.infer<typeof resultSchema>;

/**
 * The fields of a result that listings show. The indexes of the results table contain the same
 * fields (infra/constructs/tables.ts). DynamoDB allows 20 fields in an index and cannot add a field
 * to an existing index, so showing another field in listings requires new indexes.
 */
export const listedResultSchema = resultSchema.pick({
  schema_version: true,
  record_id: true,
  tenant: true,
  source: true,
  record_version: true,
  status: true,
  sentiment: true,
  score: true,
  confidence: true,
  scores: true,
  language_code: true,
  language_source: true,
  analyzer: true,
  cache: true,
  chunks: true,
  text_hash: true,
  text_bytes: true,
  created_at: true,
  arrived_at: true,
  processed_at: true,
});
export type ListedResult = z.infer<typeof listedResultSchema>;

/**
 * The attributes of a row that the indexes hold besides the keys. A listing leaves out rows whose `expires_at`
 * has passed, and adds `schema_version`, which is the same in each row.
 */
export const INDEXED_ATTRIBUTES = [
  'expires_at',
  ...Object.keys(listedResultSchema.omit({ schema_version: true }).shape),
];
