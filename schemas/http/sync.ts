import * as z from 'zod';
import { readLanguage } from '../language-code.ts';
import { personalDataType } from '../personal-data.ts';
import { CACHE_TIERS } from '../result.ts';
import { scoresSchema, sentiment } from '../verdict.ts';
import { errorDetailSchema } from './errors.ts';

/**
 * Maximum size of a text in `POST /analyze/sync`, in bytes of UTF-8. The caller must submit a
 * longer text as a job.
 */
export const MAX_SYNC_TEXT_BYTES = 102_400;

/** Maximum number of texts in one `POST /analyze/batch`. */
const MAX_BATCH_TEXTS = 100;

/**
 * Creates the schemas of the bodies of `POST /analyze/sync` and `POST /analyze/batch`. The schemas
 * accept the given languages, which are the languages of the analyzer. The route, not the schema,
 * checks the size of each text.
 */
export function createAnalyzeSchemas(languages: readonly string[]) {
  const supported = ['auto', ...languages];
  // A code that is not a language is detected, as on the stream. A language that the analyzer does
  // not know is refused, because the caller waits for a verdict.
  const language = z
    .string()
    .transform((code) => readLanguage(code) ?? 'auto')
    .refine((code) => supported.includes(code), {
      error: `must be auto or one of ${languages.join(', ')}`,
    })
    .describe(`auto or one of ${languages.join(', ')}, also with a region, such as en-US.`);
  const options = z
    .object({
      language_code: language.default('auto'),
      include_confidence: z.boolean().default(true),
      include_pii_detection: z.boolean().default(false),
    })
    .prefault({});
  return {
    sync: z.object({ text: z.string().min(1, 'must not be empty'), options }),
    batch: z.object({
      texts: z
        .array(
          z.union([z.string(), z.object({ text: z.string(), language_code: language.optional() })]),
        )
        .min(1, 'must not be empty')
        .max(MAX_BATCH_TEXTS, `must have at most ${MAX_BATCH_TEXTS} texts`),
      options,
    }),
  };
}
type AnalyzeSchemas = ReturnType<typeof createAnalyzeSchemas>;

export type SyncRequest = z.output<AnalyzeSchemas['sync']>;
/** The body of `POST /analyze/sync` before the schema has filled in the defaults. */
export type SyncInput = z.input<AnalyzeSchemas['sync']>;
/** The body of `POST /analyze/batch` before the schema has filled in the defaults. */
export type BatchInput = z.input<AnalyzeSchemas['batch']>;

const spanSchema = z.object({
  start: z.int().min(0).describe('Inclusive.'),
  end: z.int().min(0).describe('Exclusive.'),
});

/** The personal data of a text, on request. The answer has no value that the request does not have. */
const piiAnswerSchema = z.object({
  entities: z.array(
    z.object({
      type: personalDataType,
      score: z.number(),
      utf16: spanSchema.describe('Place in UTF-16 code units, as strings in JavaScript count.'),
      utf8: spanSchema.describe('Place in bytes of UTF-8.'),
    }),
  ),
  masked_text: z.string().describe('The text with placeholders, such as [EMAIL].'),
});

/**
 * Response of `POST /analyze/sync`. `pii_detected` says whether the text has personal data. It is also
 * true if a detector failed on the text, which is then masked whole.
 */
export const syncResponseSchema = z.object({
  sentiment,
  score: z.number(),
  scores: scoresSchema,
  language_code: z.string(),
  language_source: z.enum(['given', 'detected']),
  confidence: z.number().optional(),
  pii_detected: z.boolean(),
  pii: piiAnswerSchema.optional().describe('Only with include_pii_detection.'),
  chunks: z.int(),
  processing_time_ms: z.number(),
  cache_hit: z.boolean(),
  cache: z.enum(CACHE_TIERS),
  request_id: z.string(),
});

/**
 * The response of `POST /analyze/sync`. `pii_detected` says whether the text has personal data, and
 * `pii` where, if the request asks for it.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { SyncResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { sentiment, scores }: SyncResponse = await client.analyze('I love my cat');
 * console.log(sentiment, scores.positive);
 */
export type SyncResponse = z.infer<typeof syncResponseSchema>;

/**
 * Response of `POST /analyze/batch`. The response has a verdict or an error for each text, in the
 * order of the texts in the request.
 */
export const batchResponseSchema = z.object({
  results: z.array(
    z.union([
      syncResponseSchema.omit({ processing_time_ms: true, request_id: true }),
      z.object({ error: errorDetailSchema }),
    ]),
  ),
  succeeded: z.int(),
  failed: z.int(),
  processing_time_ms: z.number(),
  request_id: z.string(),
});

/**
 * The response of `POST /analyze/batch`. The response has a verdict or an error for each text, in
 * the order of the texts in the request.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { BatchResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { results }: BatchResponse = await client.analyzeBatch(['I love my cat', 'It broke']);
 * for (const one of results) console.log('error' in one ? one.error.code : one.sentiment);
 */
export type BatchResponse = z.infer<typeof batchResponseSchema>;
