import * as z from 'zod';
import { slug, timestamp } from './record.ts';
import { resultSchema } from './result.ts';

/**
 * A version of a record, as its history shows it: without text, author, url and attributes. To show
 * another field of results, add a line here. The items of the table, the API and the command then
 * have the field.
 */
export const historyVersionSchema = resultSchema
  .pick({
    record_version: true,
    stamp: true,
    analysis_run: true,
    status: true,
    sentiment: true,
    score: true,
    confidence: true,
    pii: true,
    analyzer: true,
    run_id: true,
    job_id: true,
    created_at: true,
    arrived_at: true,
    processed_at: true,
  })
  .extend({
    revision: z
      .int()
      .min(0)
      .describe('Orders the versions of a record. The current one has the highest.'),
  });

/**
 * A version of a record without its text, as `GET /results/{source}/{record_id}/history` shows it.
 *
 * @useDeclaredType
 *
 * @example
 * import type { HistoryVersion } from 'aurastream/schemas';
 *
 * const describe = ({ arrived_at, status, sentiment }: HistoryVersion) =>
 *   `${arrived_at}: ${sentiment ?? status}`;
 */
export type HistoryVersion = z.infer<typeof historyVersionSchema>;

/** The fields of a row of the results table that the history depends on. */
export const versionedRowSchema = historyVersionSchema.extend({
  tenant: slug,
  source: slug,
  record_id: resultSchema.shape.record_id,
  content_hash: z.string(),
  first_created_at: timestamp.optional(),
});
export type VersionedRow = z.infer<typeof versionedRowSchema>;
