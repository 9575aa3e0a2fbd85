import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { JobRef, Page } from '../../../jobs/ports.ts';
import { JOB_PAGE_SIZE, outcomeCountsSchema, RECORD_OUTCOMES } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';

/**
 * Number of digits of a page number in a key. A job has at most 50,000 pages, because a job has at
 * most MAX_JOB_RECORDS records.
 */
const PAGE_DIGITS = 7;

/**
 * Returns the prefix of a job's page keys. The sort key of a page is, for example,
 * `page#1798761600#0000017`. The expiry time of the job separates the pages of two jobs that had
 * the same id.
 */
export function pagesPrefix({ expires_at }: JobRef): string {
  return `page#${expires_at}#`;
}

export function pageKey(job: JobRef, page: number): Item {
  const part = pagesPrefix(job) + String(page).padStart(PAGE_DIGITS, '0');
  return marshall({ job_id: job.job_id, part });
}

/**
 * Converts record indexes to offsets from the first record of the page. The offsets of all 1,000
 * records of a page fit in 4 KB, because each offset has at most three digits.
 */
export function offsetsOf(page: number, indexes: number[]): Set<number> {
  return new Set(indexes.map((index) => index - page * JOB_PAGE_SIZE));
}

const offsetSchema = z
  .int()
  .min(0)
  .max(JOB_PAGE_SIZE - 1);
const offsetsSchema = z.set(offsetSchema);

/**
 * Converts an item to a page.
 *
 * @throws {z.ZodError} if the item is not a page.
 */
export function pageOf(item: Item): Page {
  const { part, counts, ...fields } = unmarshall(item);
  const page = Number(String(part).split('#').at(-1));
  const done: Page['done'] = {};
  for (const outcome of RECORD_OUTCOMES) {
    if (fields[outcome] === undefined) continue;
    const offsets = [...offsetsSchema.parse(fields[outcome])];
    done[outcome] = new Set(offsets.map((offset) => page * JOB_PAGE_SIZE + offset));
  }
  if (counts === undefined) return { page, done };
  return { page, done, counts: outcomeCountsSchema.parse(counts) };
}
