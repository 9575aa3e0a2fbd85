import * as z from 'zod';
import { alertDestinationSchema, alertEventSchema, alertMessageSchema } from './alert.ts';
import { languageCode, recordId, slug, timestamp } from './record.ts';
import { resultSchema } from './result.ts';
import { sentiment } from './verdict.ts';

/** How often a digest is sent. A day and a week begin at 00:00 UTC, a week on Monday. */
export const digestCadence = z.enum(['daily', 'weekly']);
export type DigestCadence = z.infer<typeof digestCadence>;

const periodSchema = z.object({
  from: timestamp.describe('Start of the period, which belongs to it.'),
  to: timestamp.describe('End of the period, which does not.'),
});
export type DigestPeriod = z.infer<typeof periodSchema>;

const share = z.number().min(0).max(1);
const figures = {
  records: z.int().describe('Records, without those that are withdrawn.'),
  net_sentiment: z
    .number()
    .min(-1)
    .max(1)
    .nullable()
    .describe('Share positive minus share negative. Null without a verdict, as all shares.'),
  negative_share: share.nullable(),
  positive_share: share.nullable(),
};
const figuresSchema = z.object(figures);
export type DigestFigures = z.infer<typeof figuresSchema>;

const sourceSchema = z.object({ source: slug, ...figures, before: figuresSchema });
export type DigestSource = z.infer<typeof sourceSchema>;

const textSchema = z.object({
  source: slug,
  record_id: recordId,
  created_at: timestamp,
  sentiment,
  score: z.number(),
  language_code: languageCode.optional(),
  text: z.string().describe('The text as it is stored, masked, and cut after 280 characters.'),
  url: resultSchema.shape.url,
});
export type DigestText = z.infer<typeof textSchema>;

/** The changes of a period against the period before. */
export const digestSchema = z.object({
  tenant: slug,
  cadence: digestCadence,
  source: slug.optional().describe('Absent: all sources.'),
  period: periodSchema,
  previous: periodSchema,
  total: figuresSchema,
  before: figuresSchema,
  over_time: z
    .array(z.object({ start: timestamp, ...figures }))
    .describe('The days of a week, or the hours of a day.'),
  sources: z.array(sourceSchema).describe('Those with the most records, at most ten.'),
  moved_by: z
    .object({ source: slug, sentiment })
    .optional()
    .describe('The source that changed net sentiment most, and the sentiment of its texts.'),
  texts: z.array(textSchema).describe('Texts of that source and sentiment, the clearest first.'),
});

/**
 * The changes of a period against the period before, as `GET /digests/preview` shows it and as webhooks get it.
 *
 * @useDeclaredType
 *
 * @example
 * import type { Digest } from 'aurastream/schemas';
 *
 * const hasWorsened = ({ total, before }: Digest) =>
 *   (total.net_sentiment ?? 0) < (before.net_sentiment ?? 0);
 */
export type Digest = z.infer<typeof digestSchema>;

/** Largest number of digests of a tenant. */
export const MAX_DIGESTS = 20;

/** A digest, as a caller defines it. */
export const digestInputSchema = z.strictObject({
  name: slug.describe('Identifies the digest. A digest with the same name is replaced.'),
  cadence: digestCadence,
  source: slug.optional().describe('Absent: all sources.'),
  hour: z
    .int()
    .min(0)
    .max(23)
    .default(6)
    .describe('Hour of the first day after the period from which it is sent, in UTC.'),
  to: z.array(alertDestinationSchema).min(1).max(5),
});

/** A digest of a tenant, as it is stored. */
export const digestDefinitionSchema = z.object({
  tenant: slug,
  ...digestInputSchema.shape,
  updated_at: z.iso.datetime(),
});
export type DigestDefinition = z.infer<typeof digestDefinitionSchema>;

/** A message of the queue of alerts: one attempt to send a digest of a period to one of its destinations. */
const digestMessageSchema = z.object({
  kind: z.literal('digest'),
  tenant: slug,
  digest: slug,
  cadence: digestCadence,
  period: periodSchema,
  /** Name of the events of the digest. No alert can have it. */
  name: z.string().regex(/^digest:/),
  fired_at: z.iso.datetime(),
  event_id: alertEventSchema.shape.event_id,
  destination: z.int().min(0).max(4),
  attempt: z.int().min(1),
});
export type DigestMessage = z.infer<typeof digestMessageSchema>;

/** A message of the queue of alerts. `digests_due` comes every hour, and starts the digests that are due. */
export const alertQueueMessageSchema = z.union([
  digestMessageSchema,
  z.object({ kind: z.literal('digests_due') }),
  alertMessageSchema,
]);
