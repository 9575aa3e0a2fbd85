import * as z from 'zod';
import { historyVersionSchema } from '../history.ts';
import { recordId, slug } from '../record.ts';

/** Query parameters of `GET /results/{source}/{record_id}/history`. */
export const historyQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(2_048).optional(),
});

/** Response of `GET /results/{source}/{record_id}/history`. */
export const historyResponseSchema = z.object({
  source: slug,
  record_id: recordId,
  versions: z
    .array(historyVersionSchema)
    .describe('The newest first: on the first page, the current version.'),
  next_cursor: z.string().optional().describe('Absent on the last page.'),
});

/**
 * The response of `GET /results/{source}/{record_id}/history`, which is one page of the versions of
 * a record, the newest first.
 *
 * @useDeclaredType
 *
 * @example
 * import type { HistoryResponse } from 'aurastream/schemas';
 *
 * const listJobs = ({ versions }: HistoryResponse) => versions.map(({ job_id }) => job_id);
 */
export type HistoryResponse = z.infer<typeof historyResponseSchema>;
