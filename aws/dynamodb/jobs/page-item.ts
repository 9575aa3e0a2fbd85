import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { JobRef, Page } from '../../../jobs/ports.ts';
import { JOB_PAGE_SIZE, outcomeCountsSchema, RECORD_OUTCOMES } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';

/** MAX_JOB_RECORDS makes 50,000 pages. */
const PAGE_DIGITS = 7;

/** For example `page#1798761600#0000017`. The expiry time separates the pages of two jobs that had the same id. */
export function pagesPrefix({ expires_at }: JobRef): string {
  return `page#${expires_at}#`;
}

export function pageKey(job: JobRef, page: number): Item {
  const part = pagesPrefix(job) + String(page).padStart(PAGE_DIGITS, '0');
  return marshall({ job_id: job.job_id, part });
}

/** Record indexes relative to the page's first: with three digits each, 1,000 of them fit in 4 KB. */
export function offsetsOf(page: number, indexes: number[]): Set<number> {
  return new Set(indexes.map((index) => index - page * JOB_PAGE_SIZE));
}

const offsetSchema = z
  .int()
  .min(0)
  .max(JOB_PAGE_SIZE - 1);
const offsetsSchema = z.set(offsetSchema);

/** @throws {z.ZodError} when the item is not a page. */
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
