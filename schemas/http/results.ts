import * as z from 'zod';
import { jobStatus } from '../job.ts';
import { languageCode, slug, timestamp } from '../record.ts';
import { listedResultSchema, RESULT_STATUSES, resultSchema } from '../result.ts';
import { sentiment } from '../verdict.ts';

const pageSize = z.coerce.number().int().min(1);

/** The times by which listings can be ordered. */
export const RESULT_ORDERS = ['created_at', 'arrived_at'] as const;

/** Query parameters of `GET /results`. */
export const resultsQuerySchema = z.object({
  source: slug.optional(),
  order: z
    .enum(RESULT_ORDERS)
    .default('created_at')
    .describe('The time that the newest result has first, and that `from` and `to` are about.'),
  from: timestamp.optional().describe('The earliest time, inclusive.'),
  to: timestamp.optional().describe('The latest time, exclusive.'),
  status: z.enum(RESULT_STATUSES).optional(),
  sentiment: sentiment.optional(),
  language: languageCode.optional().describe('The language of the text, such as en or zh-TW.'),
  include: z
    .enum(['text', 'withdrawn', 'text,withdrawn'])
    .optional()
    .describe(
      '`text` adds text, author, url and attributes; `withdrawn` also lists withdrawn records.',
    ),
  limit: pageSize.max(200).default(50),
  cursor: z.string().max(2_048).optional(),
});

/**
 * The query parameters of `GET /results`.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { ResultsQueryInput } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const query: ResultsQueryInput = { source: 'reviews', from: '2026-11-23T00:00:00Z' };
 * for await (const result of client.listResults(query)) console.log(result.record_id);
 */
export type ResultsQueryInput = z.input<typeof resultsQuerySchema>;

/**
 * Response of `GET /results`. The newest result comes first. The results contain the texts only if
 * the query asks for them.
 */
export const resultsResponseSchema = z.object({
  results: z.array(z.object({ ...resultSchema.partial().shape, ...listedResultSchema.shape })),
  next_cursor: z.string().optional().describe('Absent on the last page.'),
  searched_until: timestamp
    .optional()
    .describe('The page is not full, because the search of a second came only to this time.'),
});

/**
 * The response of `GET /results`, which is one page of results. The newest result comes first. The
 * results contain the texts only if the query asks for them.
 *
 * @useDeclaredType
 *
 * @example
 * import type { ResultsResponse } from 'aurastream/schemas';
 *
 * const isLastPage = ({ next_cursor }: ResultsResponse) => next_cursor === undefined;
 */
export type ResultsResponse = z.infer<typeof resultsResponseSchema>;

/** Query parameters of `GET /jobs`. */
export const jobsQuerySchema = z.object({
  status: jobStatus.optional(),
  limit: pageSize.max(100).default(20),
  cursor: z.string().max(2_048).optional(),
});

/** Query parameters of `GET /jobs/{job_id}/results`. */
export const jobResultsQuerySchema = z.object({
  limit: pageSize.max(1_000).default(100),
  cursor: z.string().max(2_048).optional(),
});

const STATS_INTERVALS = ['minute', 'hour', 'day'] as const;

/** Query parameters of `GET /stats`. */
export const statsQuerySchema = z.object({
  interval: z.enum(STATS_INTERVALS).default('hour'),
  from: timestamp.optional(),
  to: timestamp.optional(),
  source: slug.optional(),
});

const bucketCounts = z.object({
  POSITIVE: z.int(),
  NEGATIVE: z.int(),
  NEUTRAL: z.int(),
  MIXED: z.int(),
  no_verdict: z.int(),
});

/**
 * Response of `GET /stats`. The API counts the results in the lake. The most recent results are not
 * counted, because Firehose writes results to the lake with a delay.
 */
export const statsResponseSchema = z.object({
  from: timestamp,
  to: timestamp,
  interval: z.enum(STATS_INTERVALS),
  as_of: timestamp.describe('Results from before this time are counted.'),
  total: z.int(),
  by_sentiment: bucketCounts,
  by_source: z.array(z.object({ source: slug, total: z.int(), by_sentiment: bucketCounts })),
  by_language: z.array(z.object({ language_code: z.string(), total: z.int() })),
  over_time: z.array(z.object({ start: timestamp, total: z.int(), by_sentiment: bucketCounts })),
  cache: z.object({
    hits: z.int(),
    misses: z.int(),
    hit_rate: z.number().min(0).max(1),
  }),
  billing: z.object({
    billed_units: z.int().describe('Units of 100 characters, at least 3 per document.'),
    avoided_units: z.int(),
    billed_usd: z.number(),
    avoided_usd: z.number(),
  }),
});

/**
 * The response of `GET /stats`. The API counts the results in the lake. Results reach the lake with
 * a delay. All results from before the time `as_of` are counted, but later results may be missing.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { StatsResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { total, cache }: StatsResponse = await client.stats({ interval: 'day' });
 * console.log(total, cache.hit_rate);
 */
export type StatsResponse = z.infer<typeof statsResponseSchema>;
