import pLimit from 'p-limit';
import {
  JOB_PAGE_SIZE,
  type Job,
  type OutcomeCounts,
  type RecordOutcome,
  ServiceError,
} from '../schemas/index.ts';
import { becomeFinal, type FinalDeps } from './final.ts';
import type { JobStore, Page } from './ports.ts';
import { countsOf, doneOf, pageCount, pageSize, progressOf, sumOf } from './read-progress.ts';

export { becomeFinal, createOnFinal, type FinalDeps, type FinalStatus } from './final.ts';

const CALLS_AT_A_TIME = 16;

export interface ProgressDeps extends FinalDeps {
  store: Pick<
    JobStore,
    'getMany' | 'mark' | 'closePage' | 'addClosedPage' | 'pages' | 'transition'
  >;
}

/** One record of a job has ended. */
export interface ProgressEntry {
  /** As it was read when the record was taken up. */
  job: Job;
  job_index: number;
  outcome: RecordOutcome;
}

/** An entry that may not be counted, by its index among the entries. */
export interface MarkFailure {
  index: number;
  /** The service's own error code. */
  code: string;
}

export interface JobProgress {
  /** The jobs that are there, by id, as of now. @throws {ServiceError} */
  begin(job_ids: string[]): Promise<Map<string, Job>>;
  /**
   * Counts records that have ended, each by its index: however often that is done, it counts once. Call it when the
   * record's effects are durable. Those of a job that is not PROCESSING, and indexes beyond its total, are passed over.
   *
   * @returns those that must be marked again.
   */
  mark(entries: ProgressEntry[]): Promise<MarkFailure[]>;
}

/**
 * Exact progress: membership, not events. A page (1,000 records) is an item with a set of done indexes per outcome.
 *
 *     1 mark            indexes join their page's sets          → the page has not all of its records: done
 *     2 close           counts replace the sets; the first call decides. Instead of 1 where all of a page ends at once
 *     3 add             the page joins the job's closed pages   → not all are closed: done. Of a job of one page: no 3
 *     4 read all pages, and take the transition to COMPLETED or COMPLETED_WITH_ERRORS; one writer gets it
 *
 * Each step gives the same however often it is taken, and each is taken again where the one before was: whoever comes
 * with a record of a page that is closed goes on with 3. So a crash between any two of them costs nothing: the records
 * that brought it so far come again, since their batch was not answered, and go the rest of the way.
 *
 * What a job of 100,000 records costs in batches of 1,000 from 4 shards, each batch being of about 5 pages: 480 marks (2
 * write units on average: a page's sets grow to 4 KB), 100 closings (4 units), 100 additions (1 unit) and 1 transition (3
 * units: the row and its two indexes), together 680 writes of 1,460 units; and 100 reads of the row, 1 of all pages (2
 * units). $0.001 at $0.625 per million write units. test/unit/jobs/cost.test.ts holds that. A batch's throughput
 * sample (1 unit) and a submission's checkpoint (every 1,000 records; 3 units) come on top: 200 requests of 400 units.
 */
export function createProgress(deps: ProgressDeps): JobProgress {
  const limit = pLimit(CALLS_AT_A_TIME);
  return {
    async begin(job_ids) {
      return job_ids.length === 0 ? new Map() : deps.store.getMany([...new Set(job_ids)]);
    },
    async mark(entries) {
      const ended = endedPages(entries);
      const failures = await Promise.all(
        ended.map((page) => limit(() => failuresOf(page, () => endPage(deps, page)))),
      );
      return failures.flat().sort((a, b) => a.index - b.index);
    },
  };
}

/** The records of one page of a job that have ended now. */
interface Ended {
  job: Job;
  page: number;
  total: number;
  outcomes: Map<number, RecordOutcome>;
  /** Which entries these are. */
  entries: number[];
}

function endedPages(entries: ProgressEntry[]): Ended[] {
  const pages = new Map<string, Ended>();
  for (const [entry, { job, job_index, outcome }] of entries.entries()) {
    const { job_id, status, total = 0 } = job;
    if (status !== 'PROCESSING' || job_index >= total) continue;
    const page = Math.floor(job_index / JOB_PAGE_SIZE);
    const key = `${job_id}#${page}`;
    const none: Ended = { job, page, total, outcomes: new Map(), entries: [] };
    const ended = pages.get(key) ?? none;
    pages.set(key, ended);
    if (!ended.outcomes.has(job_index)) ended.outcomes.set(job_index, outcome);
    ended.entries.push(entry);
  }
  return [...pages.values()];
}

async function failuresOf({ entries }: Ended, work: () => Promise<void>): Promise<MarkFailure[]> {
  try {
    await work();
    return [];
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    return entries.map((index) => ({ index, code: cause.code }));
  }
}

async function endPage(deps: ProgressDeps, ended: Ended): Promise<void> {
  const counts = await closedCounts(deps, ended);
  if (counts === undefined) return;
  const { job, page, total } = ended;
  if (pageCount(total) === 1) return complete(deps, job, counts);
  const closed = await deps.store.addClosedPage(job, page);
  if (closed < pageCount(total)) return;
  const pages = await deps.store.pages(job);
  if (pages.some((read) => read.counts === undefined)) return;
  await complete(deps, job, sumOf(pages.map(countsOf)));
}

/** The page's counts, once all of its records are done. */
async function closedCounts(deps: ProgressDeps, ended: Ended): Promise<OutcomeCounts | undefined> {
  const { job, page, total, outcomes } = ended;
  const size = pageSize(total, page);
  const marks = { page, done: byOutcome(outcomes) };
  const marked: Page = outcomes.size === size ? marks : await markPage(deps, job, marks);
  if (marked.counts !== undefined) return marked.counts;
  const counts = countsOf(marked);
  if (doneOf(counts) < size) return undefined;
  return (await deps.store.closePage(job, page, counts)).counts;
}

function markPage({ store }: ProgressDeps, job: Job, { page, done }: Page): Promise<Page> {
  const indexes = Object.entries(done).map(([outcome, set]) => [outcome, [...set]]);
  return store.mark(job, page, Object.fromEntries(indexes));
}

function byOutcome(outcomes: Map<number, RecordOutcome>): Page['done'] {
  const done: Page['done'] = {};
  for (const [index, outcome] of outcomes) {
    const of_outcome = done[outcome] ?? new Set();
    done[outcome] = of_outcome.add(index);
  }
  return done;
}

async function complete(deps: ProgressDeps, job: Job, counts: OutcomeCounts): Promise<void> {
  const { failed, set_aside } = progressOf(job, [{ page: 0, counts, done: {} }]).progress;
  await becomeFinal(deps, job, failed + set_aside > 0 ? 'COMPLETED_WITH_ERRORS' : 'COMPLETED');
}
