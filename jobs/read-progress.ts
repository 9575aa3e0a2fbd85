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
 * The progress of a job, from its row and its pages. Read the row before the pages: then `total` covers all pages, and
 * `done` is at most `total`.
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

/** The number of pages of a job with `total` records. */
export function pageCount(total: number): number {
  return Math.ceil(total / JOB_PAGE_SIZE);
}

/** The number of records on a page: all pages except the last one are full. */
export function pageSize(total: number, page: number): number {
  return Math.min(JOB_PAGE_SIZE, total - page * JOB_PAGE_SIZE);
}

/** The outcomes of a page's records. An index with several outcomes counts once, as the first in RECORD_OUTCOMES. */
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

/** The number of records that are done. */
export function doneOf(counts: OutcomeCounts): number {
  return sumOver(counts, RECORD_OUTCOMES);
}

function sumOver(counts: OutcomeCounts, outcomes: readonly RecordOutcome[]): number {
  return outcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
}
