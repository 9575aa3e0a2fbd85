import {
  FAILED_OUTCOMES,
  isFinal,
  JOB_PAGE_SIZE,
  type Job,
  type OutcomeCounts,
  type Progress,
  RECORD_OUTCOMES,
  type RecordOutcome,
  SUCCEEDED_OUTCOMES,
} from '../schemas/index.ts';
import type { Page } from './ports.ts';

/**
 * Computes the progress of a job and counts the records of the job for each outcome. The job and
 * the pages come from the jobs table.
 */
export function progressOf(job: Job, pages: Page[]): { progress: Progress; counts: OutcomeCounts } {
  // The row is read before the pages. A row without a total can therefore come with pages that
  // already have marks. Ignoring these pages keeps `done` at most `total`.
  const counts = job.total === undefined ? {} : sumOf(pages.map(countsOf));
  const total = job.total ?? 0;
  const done = doneOf(counts);
  const progress = {
    total,
    done,
    succeeded: sumOver(counts, SUCCEEDED_OUTCOMES),
    failed: sumOver(counts, FAILED_OUTCOMES),
    set_aside: counts.set_aside ?? 0,
    percentage: total === 0 ? 0 : Math.floor((done / total) * 1_000) / 10,
    stage: stageOf(job),
  };
  return { progress, counts };
}

function stageOf(job: Job): Progress['stage'] {
  if (isFinal(job.status)) return 'done';
  if (job.status === 'PENDING') {
    return job.input.etag === undefined ? 'waiting_for_input' : 'counting';
  }
  return (job.submitted?.records ?? 0) < (job.total ?? 0) ? 'submitting' : 'analyzing';
}

/** Returns the number of pages of a job with `total` records. */
export function pageCount(total: number): number {
  return Math.ceil(total / JOB_PAGE_SIZE);
}

/** Returns the number of records on a page. All pages except the last page are full. */
export function pageSize(total: number, page: number): number {
  return Math.min(JOB_PAGE_SIZE, total - page * JOB_PAGE_SIZE);
}

/**
 * Returns the number of records of a page for each outcome. If an index is in several sets, the
 * record counts once, under the outcome that RECORD_OUTCOMES lists first.
 */
export function countsOf({ counts, done }: Page): OutcomeCounts {
  if (counts !== undefined) return counts;
  const seen = new Set<number>();
  const result: OutcomeCounts = {};
  for (const outcome of RECORD_OUTCOMES) {
    const before = seen.size;
    for (const index of done[outcome] ?? []) seen.add(index);
    if (seen.size > before) result[outcome] = seen.size - before;
  }
  return result;
}

export function sumOf(parts: OutcomeCounts[]): OutcomeCounts {
  const sum: OutcomeCounts = {};
  for (const outcome of RECORD_OUTCOMES) {
    const of_outcome = parts.reduce((total, counts) => total + (counts[outcome] ?? 0), 0);
    if (of_outcome > 0) sum[outcome] = of_outcome;
  }
  return sum;
}

/** Returns the number of records that are done, which is the sum over all outcomes. */
export function doneOf(counts: OutcomeCounts): number {
  return sumOver(counts, RECORD_OUTCOMES);
}

function sumOver(counts: OutcomeCounts, outcomes: readonly RecordOutcome[]): number {
  return outcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
}
