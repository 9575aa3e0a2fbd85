import * as z from 'zod';
import { issueSchema } from './issues.ts';
import { JOB_PAGE_SIZE, type Job } from './job.ts';
import { recordId, slug } from './record.ts';

/** Prefix of the keys of all record lists in the input bucket. */
export const RECORD_LISTS_PREFIX = 'record-lists/';

/**
 * One row of a job's input, without anything that it says: the identity of its record, or the issues
 * for which the row is invalid.
 */
const listedRecordSchema = z.union([
  z.object({
    source: slug,
    record_id: recordId,
    record_version: z.int().min(0).optional(),
    /** Length of the text and the attributes, in characters. Readers limit their memory by it. */
    length: z.int().min(0),
  }),
  z.object({ issues: z.array(issueSchema) }),
]);
export type ListedRecord = z.infer<typeof listedRecordSchema>;

/** A page of the record list of a job. The first row has the index `page × JOB_PAGE_SIZE`. */
export const recordListPageSchema = z.array(listedRecordSchema).max(JOB_PAGE_SIZE);

/** Returns the prefix of the keys of all pages of a job's record list. */
function recordListPrefix(job_id: string): string {
  return `${RECORD_LISTS_PREFIX}${job_id}/`;
}

/**
 * Returns the key of a page of a job's record list. A later job with the same id has another
 * `expires_at`, and therefore never finds the pages of the earlier one.
 */
export function recordListKey(
  { job_id, expires_at }: Pick<Job, 'job_id' | 'expires_at'>,
  page: number,
): string {
  return `${recordListPrefix(job_id)}${expires_at}/${String(page).padStart(5, '0')}.json.gz`;
}
