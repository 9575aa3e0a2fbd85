import * as z from 'zod';
import { eventId, findingSchema } from './alert-traffic.ts';
import { slug } from './record.ts';

/** A minute since 1970. The minute `n` is the time from `n` up to, but not including, `n + 1`. */
const minute = z.int();

/** The state of an alert for one source. */
const cellSchema = z.object({
  /** The sums of a shift, up to and including the settled minute. */
  sums: z
    .object({
      evidence: z.number(),
      /** The first minute since the evidence was last 0, and the records since then. */
      rising: z.object({ from: minute, records: z.int(), negative: z.int() }),
      /** The same since the evidence was last high enough to fire. */
      recent: z.object({ from: minute, records: z.int(), negative: z.int() }),
    })
    .optional(),
  /** The last minute that had a record. */
  last_seen: minute.optional(),
  /** The minute in which the alert fired last. */
  last_fired: minute.optional(),
  /** The incident that is not resolved. */
  firing: z.object({ incident_id: eventId, minute }).optional(),
});
export type TrafficCell = z.infer<typeof cellSchema>;
export type ShiftSums = NonNullable<TrafficCell['sums']>;

/** A change of an alert that must be reported: it fired for a source, or is resolved. */
const transitionSchema = z.object({
  kind: z.enum(['fired', 'resolved']),
  incident_id: eventId,
  /** The minute in which the incident fired. */
  fired_in: minute,
  /** The minute whose counts made the change. */
  minute,
  finding: findingSchema,
});
export type Transition = z.infer<typeof transitionSchema>;

/**
 * The state of an alert on traffic. It moves on by one conditional write for the minutes that a run has
 * judged, so each minute is judged once:
 *
 *     read (version 7, judged until 12:03) → judge 12:04, 12:05 → write (version 8, until 12:05) if version is 7
 *
 * The changes to report are a part of the same write (`outbox`). A run that dies before it has sent it
 * leaves it to a later run, which sends it under the same ids.
 */
export const trafficStateSchema = z.object({
  version: z.int(),
  /** Identifies the conditions of the alert. Other conditions begin with a new state. */
  conditions: z.string(),
  /** The last minute that was judged. */
  evaluated_until: minute,
  /** The last minute whose counts are taken as final. Later ones are read again by each run. */
  settled_until: minute,
  cells: z.record(slug, cellSchema),
  outbox: z.array(transitionSchema),
  /** When the state was written, in epoch milliseconds. */
  written_at: z.int(),
});
export type TrafficState = z.infer<typeof trafficStateSchema>;
