import pLimit from 'p-limit';
import {
  JOB_PAGE_SIZE,
  type Job,
  type OutcomeCounts,
  type RecordOutcome,
  ServiceError,
} from '../schemas/index.ts';
import { type EndJobDeps, endJob } from './end-job.ts';
import type { JobStore, Page } from './ports.ts';
import { countsOf, doneOf, pageCount, pageSize, progressOf, sumOf } from './read-progress.ts';

const CALLS_AT_A_TIME = 16;

export interface ProgressDeps extends EndJobDeps {
  store: Pick<
    JobStore,
    'getMany' | 'mark' | 'closePage' | 'addClosedPage' | 'pages' | 'transition'
  >;
}

/** A record of a job whose processing has ended. */
interface ProgressEntry {
  /** The job, read before the record was processed. */
  job: Job;
  job_index: number;
  outcome: RecordOutcome;
}

/** An entry that may not have been counted. `index` is its position in the list that `mark` got. */
interface MarkFailure {
  index: number;
  /** The error code of the service. */
  code: string;
}

export interface JobProgress {
  /** Reads the jobs of a batch consistently, and returns them by id. Unknown ids are absent. @throws {ServiceError} */
  begin(job_ids: string[]): Promise<Map<string, Job>>;
  /**
   * Counts records as done, by their index: marking a record again does not count it again. Call it when the record's
   * effects are durable. Entries of a job that is not PROCESSING, and indexes beyond its total, are ignored.
   *
   * @returns the entries that must be marked again.
   */
  mark(entries: ProgressEntry[]): Promise<MarkFailure[]>;
}

/**
 * Counts exactly, although records are delivered more than once: it adds the index of each done record to a set instead
 * of incrementing a counter. One item of the jobs table holds a page of 1,000 records, with a set of indexes per
 * outcome. The steps for the done records of one page:
 *
 *     1 mark    add the indexes to the page's sets. Stop if records of the page are missing.
 *     2 close   replace the sets with their counts; the first writer wins. A batch with a whole page skips step 1.
 *     3 add     add the page to the job's closed pages. Stop if pages are missing. A job of one page skips this step.
 *     4 end     read all pages, and move the job to COMPLETED or COMPLETED_WITH_ERRORS; one writer succeeds.
 *
 * Each step is idempotent, and a record of a closed page continues with step 3. A crash between two steps therefore
 * loses nothing: the batch was not acknowledged, so its records are delivered again and complete the remaining steps.
 *
 * Cost of a job of 100,000 records in batches of 1,000 from 4 shards, where a batch touches about 5 pages: 480 marks (2
 * write units on average, since a page's sets grow to 4 KB), 100 closings (4 units), 100 additions (1 unit) and 1
 * transition (3 units: the row and its two indexes), together 680 writes of 1,460 units; 100 reads of the row and 1
 * read of all pages (2 units). That is $0.001 at $0.625 per million write units; test/contract/jobs/cost.test.ts checks
 * it. Throughput samples (1 unit per batch) and checkpoints of the submission (3 units per 1,000 records) add 200
 * writes of 400 units.
 */
export function createProgress(deps: ProgressDeps): JobProgress {
  const limit = pLimit(CALLS_AT_A_TIME);
  return {
    async begin(job_ids) {
      return job_ids.length === 0 ? new Map() : deps.store.getMany([...new Set(job_ids)]);
    },
    async mark(entries) {
      const pages = groupByPage(entries);
      const failures = await Promise.all(
        pages.map((page) => limit(() => collectFailures(page, () => markPage(deps, page)))),
      );
      return failures.flat().sort((a, b) => a.index - b.index);
    },
  };
}

/** The entries that belong to one page of a job. */
interface PageEntries {
  job: Job;
  page: number;
  total: number;
  outcomes: Map<number, RecordOutcome>;
  /** The positions of these entries in the list that `mark` got. */
  entries: number[];
}

function groupByPage(entries: ProgressEntry[]): PageEntries[] {
  const pages = new Map<string, PageEntries>();
  for (const [entry, { job, job_index, outcome }] of entries.entries()) {
    const { job_id, status, total = 0 } = job;
    if (status !== 'PROCESSING' || job_index >= total) continue;
    const page = Math.floor(job_index / JOB_PAGE_SIZE);
    const key = `${job_id}#${page}`;
    const group: PageEntries = pages.get(key) ?? {
      job,
      page,
      total,
      outcomes: new Map(),
      entries: [],
    };
    pages.set(key, group);
    if (!group.outcomes.has(job_index)) group.outcomes.set(job_index, outcome);
    group.entries.push(entry);
  }
  return [...pages.values()];
}

async function collectFailures(
  { entries }: PageEntries,
  work: () => Promise<void>,
): Promise<MarkFailure[]> {
  try {
    await work();
    return [];
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    return entries.map((index) => ({ index, code: cause.code }));
  }
}

/** Performs steps 1 to 4. Stops early while records of the page, or pages of the job, are missing. */
async function markPage(deps: ProgressDeps, marked: PageEntries): Promise<void> {
  const counts = await closePageIfDone(deps, marked);
  if (counts === undefined) return;
  const { job, page, total } = marked;
  if (pageCount(total) === 1) return complete(deps, job, counts);
  const closed = await deps.store.addClosedPage(job, page);
  if (closed < pageCount(total)) return;
  const pages = await deps.store.pages(job);
  if (pages.some((read) => read.counts === undefined)) return;
  await complete(deps, job, sumOf(pages.map(countsOf)));
}

/** Performs steps 1 and 2. @returns the page's counts if all of its records are done. */
async function closePageIfDone(
  deps: ProgressDeps,
  { job, page, total, outcomes }: PageEntries,
): Promise<OutcomeCounts | undefined> {
  const size = pageSize(total, page);
  const marks = { page, done: groupByOutcome(outcomes) };
  const marked: Page = outcomes.size === size ? marks : await addMarks(deps, job, marks);
  if (marked.counts !== undefined) return marked.counts;
  const counts = countsOf(marked);
  if (doneOf(counts) < size) return undefined;
  return (await deps.store.closePage(job, page, counts)).counts;
}

function addMarks({ store }: ProgressDeps, job: Job, { page, done }: Page): Promise<Page> {
  const indexes = Object.entries(done).map(([outcome, set]) => [outcome, [...set]]);
  return store.mark(job, page, Object.fromEntries(indexes));
}

function groupByOutcome(outcomes: Map<number, RecordOutcome>): Page['done'] {
  const done: Page['done'] = {};
  for (const [index, outcome] of outcomes) {
    const of_outcome = done[outcome] ?? new Set();
    done[outcome] = of_outcome.add(index);
  }
  return done;
}

async function complete(deps: ProgressDeps, job: Job, counts: OutcomeCounts): Promise<void> {
  const { failed, set_aside } = progressOf(job, [{ page: 0, counts, done: {} }]).progress;
  const event = failed + set_aside > 0 ? 'some_records_failed' : 'all_records_succeeded';
  await endJob(deps, job, event);
}
