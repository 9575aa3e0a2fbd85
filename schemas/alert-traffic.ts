import * as z from 'zod';
import { slug } from './record.ts';

/** The id of an event or an incident of an alert. */
export const eventId = z.string().regex(/^[0-9a-f]{32}$/);

const trafficFields = {
  sources: z
    .array(slug)
    .min(1)
    .max(50)
    .optional()
    .describe('Each source is judged alone. Absent: the 100 sources with the most records.'),
  cooldown_minutes: z
    .int()
    .min(1)
    .max(1_440)
    .default(60)
    .describe('Time after it fired in which the alert does not fire again for the same source.'),
};

const leastRecords = (least: number) => z.int().min(1).max(1_000_000).default(least);

/** The fields of an alert on the share of negative records. */
export const shiftFields = {
  kind: z.literal('shift'),
  ...trafficFields,
  ratio: z
    .number()
    .min(1.5)
    .max(10)
    .default(2)
    .describe('How many times the usual share of negative records the alert must find.'),
  least_records: leastRecords(20).describe(
    'Records since the share began to rise, below which the alert does not fire.',
  ),
};

/** The fields of an alert on the number of records. */
export const volumeFields = {
  kind: z.literal('volume'),
  ...trafficFields,
  direction: z.enum(['up', 'down']).default('up'),
  ratio: z
    .number()
    .min(1.5)
    .max(100)
    .default(3)
    .describe('How many times the usual number of records it must be, or what part of it.'),
  window_minutes: z.int().min(5).max(60).default(15),
  least_records: leastRecords(20).describe(
    'Records in the window below which the alert does not fire: counted ones, or usual ones for `down`.',
  ),
};

/** The fields of an alert on a source that has no records. */
export const silenceFields = {
  kind: z.literal('silence'),
  ...trafficFields,
  minutes: z
    .int()
    .min(5)
    .max(180)
    .default(60)
    .describe('Time without a record after which the alert fires.'),
  least_records: leastRecords(10).describe(
    'Usual records in that time, below which no record is no sign.',
  ),
};

export const TRAFFIC_KINDS = ['shift', 'volume', 'silence'] as const;

/** The traffic of a source in a window, beside the usual one. */
export const findingSchema = z.object({
  kind: z.enum(TRAFFIC_KINDS),
  source: slug,
  from: z.iso.datetime().describe('Begin of the window.'),
  to: z.iso.datetime().describe('End of the window.'),
  records: z.int().describe('Records in the window; for a shift, those with a verdict.'),
  negative: z.int().optional(),
  share: z.number().optional().describe('Share of negative records, 0 to 1.'),
  usual_share: z.number().optional(),
  usual_records: z.number().optional().describe('Usual number of records in such a window.'),
});
export type Finding = z.infer<typeof findingSchema>;

/** The time from the message that an alert fired for a source to its resolution. */
export const incidentSchema = z.object({
  incident_id: eventId,
  alert: slug,
  kind: z.enum(TRAFFIC_KINDS),
  source: slug,
  fired_at: z.iso.datetime(),
  resolved_at: z.iso
    .datetime()
    .optional()
    .describe('Absent while the alert fires, and if it was deleted or replaced meanwhile.'),
  fired: findingSchema,
  resolved: findingSchema.optional(),
});

/**
 * The time in which an alert fired for a source, as `GET /incidents` shows it.
 *
 * @useDeclaredType
 *
 * @example
 * import type { Incident } from 'aurastream/schemas';
 *
 * const isOver = ({ resolved_at }: Incident) => resolved_at !== undefined;
 */
export type Incident = z.infer<typeof incidentSchema>;
