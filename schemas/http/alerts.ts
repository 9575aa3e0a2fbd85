import * as z from 'zod';
import { alertDestinationSchema, alertEventSchema, alertSchema } from '../alert.ts';
import { slug } from '../record.ts';

/** A destination as callers see it: without what may be secret in its URL. */
const shownDestinationSchema = alertDestinationSchema.omit({ url: true }).extend({
  host: z.string().describe('The host of the URL. The rest of the URL is never shown again.'),
});

/** An alert as callers see it. */
export const alertViewSchema = alertSchema
  .omit({ tenant: true, to: true })
  .extend({ to: z.array(shownDestinationSchema) });

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
  until: z.iso
    .datetime()
    .nullable()
    .describe('No record is reported until then; null ends the muting.'),
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
