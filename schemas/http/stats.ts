import * as z from 'zod';
import { personalDataType } from '../personal-data.ts';
import { languageCode, slug, timestamp } from '../record.ts';
import { scoresSchema, sentiment } from '../verdict.ts';
import { budgetResponseSchema } from './budget.ts';
import { jobViewSchema } from './jobs.ts';

const STATS_INTERVALS = ['minute', 'quarter_hour', 'hour', 'day'] as const;
const interval = z.enum(STATS_INTERVALS);

const filters = {
  from: timestamp.optional(),
  to: timestamp.optional(),
  time: z
    .enum(['created_at', 'arrived_at'])
    .default('created_at')
    .describe('Which time of a record counts.'),
  source: slug.optional(),
  language: languageCode.optional(),
  sentiment: sentiment.optional(),
};

/** Query parameters of `GET /stats`. */
export const statsQuerySchema = z.object({
  interval: interval.default('hour').describe('Minutes are kept 2 days, quarters of an hour 42.'),
  ...filters,
});

/** Query parameters of `GET /overview`. */
export const overviewQuerySchema = z.object(filters);

const bucketCounts = z.object({
  POSITIVE: z.int(),
  NEGATIVE: z.int(),
  NEUTRAL: z.int(),
  MIXED: z.int(),
  no_verdict: z.int(),
});

const tally = {
  total: z.int().describe('Records, without those that are withdrawn.'),
  withdrawn: z.int(),
  by_sentiment: bucketCounts,
};

const bySource = z.object({ source: slug, ...tally });
const byLanguage = z.object({ language_code: z.string(), ...tally });
const overTime = z.array(z.object({ start: timestamp, ...tally }));

const verdicts = {
  cache: z
    .object({ hits: z.int(), misses: z.int(), hit_rate: z.number().min(0).max(1) })
    .optional()
    .describe('Absent if `language` or `sentiment` is given, as are all that follow.'),
  billing: z
    .object({
      billed_units: z.int().describe('Units of 100 characters, at least 3 per document.'),
      avoided_units: z.int(),
      billed_usd: z.number(),
      avoided_usd: z.number(),
    })
    .optional()
    .describe('Units of the current versions of records. `GET /budget` has all that was billed.'),
  average_scores: scoresSchema.optional(),
  pii: z
    .object({
      records: z.int().describe('Records with personal data, or of which a detector failed.'),
      count: z.int().describe('Pieces of personal data.'),
      redacted: z.int().describe('Records with placeholders in what is stored.'),
      failed: z.int().describe('Records of which a detector failed.'),
      by_type: z.array(z.object({ type: personalDataType, records: z.int() })),
    })
    .optional()
    .describe('The personal data of the current versions, by type. It never has a value.'),
};

const counts = {
  from: timestamp,
  to: timestamp,
  interval,
  time: filters.time.unwrap(),
  as_of: timestamp
    .optional()
    .describe('Time of the last change that is counted here. Absent if there is none.'),
  ...tally,
  over_time: overTime.describe('One entry for each interval, also without records.'),
  ...verdicts,
};

/** Response of `GET /stats`. Each record counts once, with its current version. */
export const statsResponseSchema = z.object({
  ...counts,
  by_source: z.array(bySource),
  by_language: z.array(byLanguage),
});

/**
 * The response of `GET /stats`. Each record counts once, with its current version. A change of a
 * record is counted within seconds.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { StatsResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { total, cache }: StatsResponse = await client.stats({ interval: 'day' });
 * console.log(total, cache?.hit_rate);
 */
export type StatsResponse = z.infer<typeof statsResponseSchema>;

const previous_total = z.int().describe('Total of the period before.');

/** Response of `GET /overview`: everything that a dashboard shows at once. */
export const overviewResponseSchema = z.object({
  ...counts,
  by_source: z.array(bySource.extend({ previous_total })),
  by_language: z.array(byLanguage.extend({ previous_total })),
  previous: z
    .object({ from: timestamp, to: timestamp, ...tally, over_time: overTime, ...verdicts })
    .describe('The period of the same length before.'),
  budget: budgetResponseSchema,
  pipeline: z.object({
    bulk_lag_ms: z.number().describe('Age of the oldest record that waits on the bulk stream.'),
    bulk_records_per_second: z.number().nullable(),
    bulk_reported_at: timestamp.nullable(),
  }),
  open_jobs: z
    .array(
      jobViewSchema
        .omit({ progress: true, completed_at: true, error: true })
        .extend({ total: z.int() }),
    )
    .describe('Unfinished jobs among the newest 50.'),
});

/**
 * The response of `GET /overview`, which has everything that a dashboard shows at once: the counts of
 * a period, the period before, the budget, the bulk stream and the open jobs.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { OverviewResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { total, previous }: OverviewResponse = await client.overview({ source: 'reviews' });
 * console.log(`${total} records, ${total - previous.total} more than in the period before`);
 */
export type OverviewResponse = z.infer<typeof overviewResponseSchema>;
