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
 * How far a job has come, from its row and its pages. Read the row first: then `total` is never behind the pages, and
 * done, which only grows, is at most total.
 */
export function progressOf(job: Job, pages: Page[]): { progress: Progress; counts: OutcomeCounts } {
  const counts = sumOf(pages.map(countsOf));
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

/** How many pages a job of so many records has. */
export function pageCount(total: number): number {
  return Math.ceil(total / JOB_PAGE_SIZE);
}

/** How many records of a job are on a page of it: all pages are full but the last. */
export function pageSize(total: number, page: number): number {
  return Math.min(JOB_PAGE_SIZE, total - page * JOB_PAGE_SIZE);
}

/** How many records of a page ended how: each index once, whatever it was marked with. */
export function countsOf({ counts, done }: Page): OutcomeCounts {
  if (counts !== undefined) return counts;
  const seen = new Set<number>();
  const tallied: OutcomeCounts = {};
  for (const outcome of RECORD_OUTCOMES) {
    const before = seen.size;
    for (const index of done[outcome] ?? []) seen.add(index);
    if (seen.size > before) tallied[outcome] = seen.size - before;
  }
  return tallied;
}

export function sumOf(parts: OutcomeCounts[]): OutcomeCounts {
  const sum: OutcomeCounts = {};
  for (const outcome of RECORD_OUTCOMES) {
    const of_outcome = parts.reduce((total, counts) => total + (counts[outcome] ?? 0), 0);
    if (of_outcome > 0) sum[outcome] = of_outcome;
  }
  return sum;
}

/** How many records have ended, whichever way. */
export function doneOf(counts: OutcomeCounts): number {
  return sumOver(counts, RECORD_OUTCOMES);
}

function sumOver(counts: OutcomeCounts, outcomes: readonly RecordOutcome[]): number {
  return outcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
}
