import * as z from 'zod';
import { ERASURE_STEPS, signedReportSchema } from '../erasure.ts';
import { privacyRequestId } from '../privacy-request.ts';
import { timestamp } from '../record.ts';
import { selectorSchema } from '../selector.ts';

/** The fields of a selection within the tenant of the caller. */
const { tenant: _tenant, ...ownFields } = selectorSchema.shape;

/** Body of `POST /privacy/erasures`: a selection, or `all`, so that no empty body erases a tenant. */
export const erasureRequestSchema = z
  .strictObject({
    ...ownFields,
    all: z.literal(true).optional().describe('Selects everything that the tenant has.'),
    dry_run: z.boolean().default(false).describe('Whether records are only counted.'),
  })
  .refine(
    ({ all, source, record_id, author, before }) =>
      [source, record_id, author, before].every((one) => one === undefined) === (all === true),
    {
      path: ['all'],
      message: 'must be true if nothing else selects records, and absent otherwise',
    },
  );

/** Parameters of `GET /privacy/erasures/{erasure_id}`. */
export const erasureParamsSchema = z.object({ erasure_id: privacyRequestId });

/** Answer of `POST /privacy/erasures` and of `GET /privacy/erasures/{erasure_id}`. */
export const erasureResponseSchema = z.object({
  erasure_id: privacyRequestId,
  status: z
    .enum(['requested', 'running', 'done'])
    .describe('`requested` until the erasure has begun; `done` as soon as it has a report.'),
  dry_run: z.boolean(),
  requested_at: timestamp,
  step: z
    .enum([...ERASURE_STEPS, 'done'])
    .nullable()
    .describe('The step at which the erasure is, such as `lake_raw`.'),
  counts: z
    .record(z.string(), z.int())
    .describe(
      'Number of erased things by store, until now; in a dry run, of those it would erase.',
    ),
  signed: signedReportSchema
    .nullable()
    .describe('The report with its checksum and signature; null until the erasure is done.'),
});
export type ErasureResponse = z.infer<typeof erasureResponseSchema>;
