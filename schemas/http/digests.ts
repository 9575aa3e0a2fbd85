import * as z from 'zod';
import { alertDeliverySchema } from '../alert.ts';
import { digestCadence, digestDefinitionSchema, digestSchema } from '../digest.ts';
import { slug, timestamp } from '../record.ts';

/** Query parameters of `GET /digests/preview`. */
export const digestPreviewQuerySchema = z.object({
  cadence: digestCadence.default('weekly').describe('The last day or the last week that is over.'),
  source: slug.optional().describe('Absent: all sources.'),
});

/** The response of `GET /digests/preview`: a digest in each of its forms. */
export const digestPreviewSchema = z.object({
  digest: digestSchema,
  subject: z.string(),
  html: z.string().describe('As in the mail. It loads nothing and runs no script.'),
  text: z.string(),
  chart_svg: z.string(),
});

/**
 * The response of `GET /digests/preview`.
 *
 * @useDeclaredType
 *
 * @example
 * import type { DigestPreview } from 'aurastream/schemas';
 *
 * const toPage = ({ html }: DigestPreview) => new Response(html, { headers: { 'content-type': 'text/html' } });
 */
export type DigestPreview = z.infer<typeof digestPreviewSchema>;

/** A digest as callers see it: without what may be secret in its URLs. */
export const digestViewSchema = digestDefinitionSchema
  .omit({ tenant: true, to: true })
  .extend({ to: z.array(alertDeliverySchema.pick({ kind: true, host: true })) });

/**
 * A digest, as the API shows it.
 *
 * @useDeclaredType
 *
 * @example
 * import type { DigestView } from 'aurastream/schemas';
 *
 * const isWeekly = ({ cadence }: DigestView) => cadence === 'weekly';
 */
export type DigestView = z.infer<typeof digestViewSchema>;

/** The response of `GET /digests`. A tenant has at most 20 digests, so there are no pages. */
export const digestsResponseSchema = z.object({ digests: z.array(digestViewSchema) });
export type DigestsResponse = z.infer<typeof digestsResponseSchema>;

/** The response of `GET /digests/{name}/history`. */
export const digestHistoryResponseSchema = z.object({
  name: slug,
  sent: z.array(
    z.object({
      period_end: timestamp.describe('End of the period, which does not belong to it.'),
      deliveries: z.array(alertDeliverySchema),
    }),
  ),
});

/**
 * The response of `GET /digests/{name}/history`.
 *
 * @useDeclaredType
 *
 * @example
 * import type { DigestHistoryResponse } from 'aurastream/schemas';
 *
 * const hasArrived = ({ sent }: DigestHistoryResponse) =>
 *   sent.every(({ deliveries }) => deliveries.every(({ state }) => state === 'delivered'));
 */
export type DigestHistoryResponse = z.infer<typeof digestHistoryResponseSchema>;
