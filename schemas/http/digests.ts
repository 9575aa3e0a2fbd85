import * as z from 'zod';
import { digestCadence, digestSchema } from '../digest.ts';
import { slug } from '../record.ts';

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
