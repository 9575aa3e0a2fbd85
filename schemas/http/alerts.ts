import * as z from 'zod';
import { ALERT_FIELDS, alertDestinationSchema, alertEventSchema } from '../alert.ts';
import { eventId, incidentSchema } from '../alert-traffic.ts';
import { slug } from '../record.ts';

/** A destination as callers see it: without what may be secret in its URL. */
const shownDestinationSchema = alertDestinationSchema.omit({ url: true }).extend({
  host: z.string().describe('The host of the URL. The rest of the URL is never shown again.'),
});

const shownFields = { to: z.array(shownDestinationSchema) };
const shownTrafficFields = {
  ...shownFields,
  firing: z
    .array(z.object({ source: slug, incident_id: eventId, fired_at: z.iso.datetime() }))
    .describe('The sources for which the alert fires now.'),
  evaluated_until: z.iso
    .datetime()
    .optional()
    .describe('The end of the last minute that was judged. Absent before the first.'),
};

/** An alert as callers see it. */
export const alertViewSchema = z.discriminatedUnion('kind', [
  z.object({ ...ALERT_FIELDS.record, ...shownFields }),
  z.object({ ...ALERT_FIELDS.shift, ...shownTrafficFields }),
  z.object({ ...ALERT_FIELDS.volume, ...shownTrafficFields }),
  z.object({ ...ALERT_FIELDS.silence, ...shownTrafficFields }),
]);

/**
 * An alert, as the API shows it.
 *
 * @useDeclaredType
 *
 * @example
 * import type { AlertView } from 'aurastream/schemas';
 *
 * const isMuted = ({ muted_until }: AlertView) => muted_until !== undefined;
 */
export type AlertView = z.infer<typeof alertViewSchema>;

/** The response of `GET /alerts`. A tenant has at most 50 alerts, so there are no pages. */
export const alertsResponseSchema = z.object({ alerts: z.array(alertViewSchema) });
export type AlertsResponse = z.infer<typeof alertsResponseSchema>;

/** The body of `POST /alerts/{name}/mute`. */
export const alertMuteSchema = z.strictObject({
  until: z.iso.datetime().nullable().describe('Nothing is sent until then; null ends the muting.'),
});

/** The response of `POST /alerts/{name}/test`. */
export const alertTestResponseSchema = z.object({
  event_id: alertEventSchema.shape.event_id.describe('Names the test in the history.'),
});

/**
 * The response of `POST /alerts/{name}/test`.
 *
 * @useDeclaredType
 *
 * @example
 * import type { AlertEvent, AlertTestResponse } from 'aurastream/schemas';
 *
 * const findTest = (events: AlertEvent[], { event_id }: AlertTestResponse) =>
 *   events.find((event) => event.event_id === event_id);
 */
export type AlertTestResponse = z.infer<typeof alertTestResponseSchema>;

/** Query parameters of `GET /alerts/{name}/history`. */
export const alertHistoryQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(2_048).optional(),
});

/** The response of `GET /alerts/{name}/history`, which is one page of events, the newest first. */
export const alertHistoryResponseSchema = z.object({
  name: slug,
  events: z.array(alertEventSchema),
  next_cursor: z.string().optional().describe('Absent on the last page.'),
});

/** The response of `GET /alerts/{name}/history`. */
export type AlertHistoryResponse = z.infer<typeof alertHistoryResponseSchema>;

/** Query parameters of `GET /incidents`. */
export const incidentsQuerySchema = z.object({
  from: z.iso.datetime().describe('Only incidents that fired then or later.'),
  to: z.iso.datetime().describe('Only incidents that fired before.'),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: z.string().max(2_048).optional(),
});

/** The response of `GET /incidents`, which is one page of incidents, the newest first. */
export const incidentsResponseSchema = z.object({
  incidents: z.array(incidentSchema),
  next_cursor: z.string().optional().describe('Absent on the last page.'),
});

/** The response of `GET /incidents`. */
export type IncidentsResponse = z.infer<typeof incidentsResponseSchema>;
