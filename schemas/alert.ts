import * as z from 'zod';
import {
  eventId,
  findingSchema,
  shiftFields,
  silenceFields,
  volumeFields,
} from './alert-traffic.ts';
import { ATTRIBUTE_NAME, languageCode, MAX_ATTRIBUTE_LENGTH, recordId, slug } from './record.ts';
import { resultSchema } from './result.ts';
import { sentiment } from './verdict.ts';

/** Largest number of alerts of a tenant. Each change of a record is compared with all on records. */
export const MAX_ALERTS = 50;

const probability = z.number().min(0).max(1);

/** The values of each field are alternatives, and a record must match every field. */
const alertFilterSchema = z
  .strictObject({
    sentiments: z.array(sentiment).min(1).max(4).optional(),
    least_score: probability.optional().describe('Least probability of the sentiment.'),
    least_confidence: probability
      .optional()
      .describe('Least margin of the score over the next highest one.'),
    sources: z.array(slug).min(1).max(50).optional(),
    languages: z.array(languageCode).min(1).max(50).optional(),
    attributes: z
      .record(
        z.string().regex(ATTRIBUTE_NAME),
        z.array(z.string().min(1).max(MAX_ATTRIBUTE_LENGTH)).min(1).max(20),
      )
      .optional()
      .describe('By name, the values of which the record has one.'),
    words: z
      .array(z.string().trim().min(2).max(64))
      .min(1)
      .max(50)
      .optional()
      .describe('Words or phrases of which the text has one, in upper or lower case.'),
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
    message: 'must have at least one field',
  });
export type AlertFilter = z.infer<typeof alertFilterSchema>;

/** The forms in which an alert is sent. All are posts to a URL. */
const DESTINATION_KINDS = ['webhook', 'slack', 'teams'] as const;
export const alertDestinationSchema = z.strictObject({
  kind: z.enum(DESTINATION_KINDS),
  url: z.url().max(2_048).describe('Must be https. The URL of Slack and Teams is a secret.'),
});
export type AlertDestination = z.infer<typeof alertDestinationSchema>;

/** The fields that alerts of every kind have. */
const commonFields = {
  name: slug.describe('Identifies the alert. An alert with the same name is replaced.'),
  to: z.array(alertDestinationSchema).min(1).max(5),
  most_per_hour: z
    .int()
    .min(1)
    .max(1_000)
    .default(20)
    .describe('What the alert reports in an hour of the clock at most. The rest is not sent.'),
};

/** The fields of each kind of alert. */
const KINDS = {
  record: {
    kind: z.literal('record').default('record'),
    ...commonFields,
    filter: alertFilterSchema,
  },
  shift: { ...shiftFields, ...commonFields },
  volume: { ...volumeFields, ...commonFields },
  silence: { ...silenceFields, ...commonFields },
};

/** An alert, as a caller defines it. Without `kind`, it is an alert on records. */
export const alertInputSchema = z.discriminatedUnion('kind', [
  z.strictObject(KINDS.record),
  z.strictObject(KINDS.shift),
  z.strictObject(KINDS.volume),
  z.strictObject(KINDS.silence),
]);

/** The fields that the deployment adds to an alert. */
const storedFields = {
  updated_at: z.iso.datetime(),
  muted_until: z.iso
    .datetime()
    .optional()
    .describe('Until then, the alert sends nothing. What happens meanwhile is not made up for.'),
};

/** The fields of each kind of alert, as they are stored. */
export const ALERT_FIELDS = {
  record: { ...KINDS.record, ...storedFields },
  shift: { ...KINDS.shift, ...storedFields },
  volume: { ...KINDS.volume, ...storedFields },
  silence: { ...KINDS.silence, ...storedFields },
};

/** An alert of a tenant, as it is stored. */
export const alertSchema = z.discriminatedUnion('kind', [
  z.object({ tenant: slug, ...ALERT_FIELDS.record }),
  z.object({ tenant: slug, ...ALERT_FIELDS.shift }),
  z.object({ tenant: slug, ...ALERT_FIELDS.volume }),
  z.object({ tenant: slug, ...ALERT_FIELDS.silence }),
]);
export type Alert = z.infer<typeof alertSchema>;

/** An alert on single records. */
export type RecordAlert = Extract<Alert, { kind: 'record' }>;
/** An alert on the traffic of sources, which compares counts with those of earlier weeks. */
export type TrafficAlert = Exclude<Alert, { kind: 'record' }>;

/** An attempt to send an alert: the status of the answer, or a code if there was none. */
const attemptSchema = z.object({
  attempted_at: z.iso.datetime(),
  duration_ms: z.int().min(0),
  status: z.int().optional(),
  error: z.string().optional(),
});

const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'dropped'] as const;

/** The delivery of an event to one of the destinations of its alert. */
export const alertDeliverySchema = z.object({
  kind: z.enum(DESTINATION_KINDS),
  host: z.string().describe('The host of the URL. The rest of a URL can be a secret.'),
  state: z
    .enum(DELIVERY_STATES)
    .describe('`dropped`: the record has been withdrawn, or no longer matches.'),
  attempts: z.array(attemptSchema),
});
export type AlertDelivery = z.infer<typeof alertDeliverySchema>;

/**
 * Something that an alert has reported: a record that matched, the begin or the end of an incident, or a
 * test. It has no text.
 */
export const alertEventSchema = z.object({
  event_id: eventId,
  kind: z.enum(['record', 'fired', 'resolved', 'test', 'digest']),
  fired_at: z.iso
    .datetime()
    .describe('When the result was written, the minute ended, or the test was asked for.'),
  source: slug.optional(),
  record_id: recordId.optional(),
  sentiment: sentiment.optional(),
  suppressed_before: z
    .int()
    .optional()
    .describe('Records that matched in an earlier hour and were over its limit.'),
  incident_id: eventId.optional().describe('Equal in the event that fired and its resolution.'),
  finding: findingSchema.optional().describe('The traffic that fired or resolved the alert.'),
  not_sent: z.enum(['muted', 'over_limit']).optional().describe('Why the event has no deliveries.'),
  deliveries: z.array(alertDeliverySchema),
});

/**
 * Something that an alert has reported, as `GET /alerts/{name}/history` shows it.
 *
 * @useDeclaredType
 *
 * @example
 * import type { AlertEvent } from 'aurastream/schemas';
 *
 * const hasArrived = ({ deliveries }: AlertEvent) =>
 *   deliveries.every(({ state }) => state === 'delivered');
 */
export type AlertEvent = z.infer<typeof alertEventSchema>;

/** The fields of a row of the results table that alerts depend on. */
export const alertedRowSchema = resultSchema
  .pick({
    tenant: true,
    source: true,
    record_id: true,
    status: true,
    sentiment: true,
    score: true,
    confidence: true,
    language_code: true,
    attributes: true,
    text: true,
  })
  .extend({ revision: z.int(), content_hash: z.string() });
export type AlertedRow = z.infer<typeof alertedRowSchema>;

/** A message of the queue of alerts: one attempt to send an event to one of its destinations. */
export const alertMessageSchema = z.object({
  tenant: slug,
  name: slug,
  fired_at: z.iso.datetime(),
  event_id: alertEventSchema.shape.event_id,
  /** Number of the destination, counted from 0. */
  destination: z.int().min(0).max(4),
  /** Number of the attempt, counted from 1. */
  attempt: z.int().min(1),
});
export type AlertMessage = z.infer<typeof alertMessageSchema>;
