import * as z from 'zod';

/**
 * Maximum size of a Kinesis record, in bytes.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const MAX_TEXT_BYTES = 1_048_576;

/** Load of `POST /analyze/sync`. Each request has one text, of the same kind as the records. */
const syncLoadSchema = z.object({
  requests_per_second: z.number().positive().max(1_000_000),
  /** Requests that may arrive within one second. */
  burst_requests: z.number().positive().max(1_000_000),
  /** The account's current quota of DetectSentiment calls per second. */
  quota_calls_per_second: z.number().positive().default(20),
});
export type SyncLoad = z.output<typeof syncLoadSchema>;

/**
 * Schema of the expected traffic.
 *
 * @example
 * ```ts
 * const load = loadSchema.parse({ records_per_second: 500, characters: 140, repeat_share: 0.6 });
 * ```
 */
export const loadSchema = z
  .object({
    records_per_second: z.number().positive().max(1_000_000),
    /** Mean length of a text, in characters. */
    characters: z.number().int().min(1).max(1_048_576),
    /** Share of the records whose text was analysed before, from 0 to 1. */
    repeat_share: z.number().min(0).max(1),
    /** Mean number of UTF-8 bytes per character, for example 1 for English and 3 for Chinese. */
    bytes_per_character: z.number().min(1).max(4).default(1),
    /** Number of languages. Each language has an equal share of the records. */
    languages: z.number().int().min(1).max(12).default(1),
    /** The account's current quota of BatchDetectSentiment calls per second. */
    quota_calls_per_second: z.number().positive().default(10),
    /**
     * Share of the records that Comprehend searches for personal data: those in English and Spanish, if
     * the engine is `comprehend` or `both`.
     */
    searched_share: z.number().min(0).max(1).default(0),
    /** The account's current quota of DetectPiiEntities calls per second. */
    search_quota_calls_per_second: z.number().positive().default(20),
    /** AWS region. The prices are those of us-east-1 in every region; the quotas are the region's. */
    region: z.string().default('us-east-1'),
    /** Number of sources among which the records are divided evenly. */
    sources: z.number().int().min(1).default(1),
    /** Share of the records that Lambda delivers a second time, from 0 to 1. */
    redelivered_share: z.number().min(0).max(1).default(0.01),
    /** Number of SQL queries in a day. Each query scans the results of one day. */
    queries_per_day: z.number().min(0).default(24),
    /** Share of the results that leave AWS, for example through the API, from 0 to 1. */
    downloaded_share: z.number().min(0).max(1).default(0.1),
    /** Load of the synchronous API, if the plan includes the API. */
    sync: syncLoadSchema.optional(),
  })
  .refine((load) => load.characters * load.bytes_per_character <= MAX_TEXT_BYTES, {
    error: 'characters times bytes_per_character exceeds 1,048,576, the most that a record carries',
  });
export type PlannedLoad = z.output<typeof loadSchema>;

/** Computes the mean size of a text in UTF-8, in bytes. */
export function computeTextBytes({ characters, bytes_per_character }: PlannedLoad): number {
  return characters * bytes_per_character;
}
