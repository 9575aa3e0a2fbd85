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
