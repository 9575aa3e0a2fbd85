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

/** A processed record of a job, with the outcome of the record. */
interface ProgressEntry {
  /** The job, read before the record was processed. */
  job: Job;
  job_index: number;
  outcome: RecordOutcome;
}

/**
 * An entry for which a service failed. The store may have counted the entry or not. `index` is the
 * position of the entry in the list that `mark` received.
 */
interface MarkFailure {
  index: number;
  /** The error code of the service that failed. */
  code: string;
}

export interface JobProgress {
  /**
   * Reads the jobs of a batch consistently and returns the jobs by id. The map does not contain ids
   * for which no job exists.
   *
   * @throws {ServiceError} if the jobs cannot be read.
   */
  begin(job_ids: string[]): Promise<Map<string, Job>>;
  /**
   * Counts records as done. Each record is identified by its index, so marking a record twice
   * counts the record once. The caller must call `mark` only after the results of the records are
   * durably stored. Entries of a job that is not PROCESSING are ignored. Indexes that are not below
   * the total of the job are ignored too.
   *
   * @returns the entries that the caller must mark again.
   */
  mark(entries: ProgressEntry[]): Promise<MarkFailure[]>;
}

/**
 * Creates the functions that count the done records of jobs. Records can be delivered more than
 * once. The counts are still exact, because the functions do not increment a counter. Instead, the
 * functions add the index of each done record to a set. One item of the jobs table stores a page of
 * 1,000 records, with a set of indexes for each outcome. The done records of one page go through
 * these steps:
 *
 *     1 mark    Add the indexes to the sets of the page. Stop if the page has open records.
 *     2 close   Replace the sets with their counts. If the page is closed already, change nothing.
 *     3 add     Remember that the page is closed. Stop if the job has open pages.
 *     4 end     Read all pages and move the job to COMPLETED or COMPLETED_WITH_ERRORS.
 *
 * A batch that contains every record of the page skips step 1. A job with only one page skips step
 * 3. If several writers reach step 4, only one writer moves the job.
 *
 * Each step is idempotent, and a record of a closed page continues with step 3. A crash between two
 * steps therefore loses no counts. The batch was not acknowledged before the crash, so its records
 * are delivered again, and the second delivery completes the remaining steps.
 *
 * The following calculation shows the cost of a job of 100,000 records in batches of 1,000 from 4
 * shards. One batch has records of about 5 pages. The job needs 480 marks (2 write units each on
 * average, because the sets of a page grow to 4 KB), 100 closings (4 units each), 100 additions (1
 * unit each) and 1 transition (3 units for the row and its two indexes). In total, the job needs
 * about 680 writes, which use about 1,460 units. The job also needs 100 reads of the row and 1 read
 * of all pages (2 units). The cost is $0.001 at $0.625 per million write units.
 * test/contract/jobs/cost.test.ts checks the numbers of writes, units and reads. In addition, each
 * batch stores a throughput sample (1 unit), and the submission stores a checkpoint for each 1,000
 * records (3 units). The samples and checkpoints add 200 writes, which use 400 units.
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
  /** The positions of the page's entries in the list that `mark` received. */
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

/**
 * Performs steps 1 to 4 of {@link createProgress} for one page. Returns after step 1 if the page
 * has records that are not done, and after step 3 if the job has open pages.
 */
async function markPage(deps: ProgressDeps, marked: PageEntries): Promise<void> {
  const counts = await closePageIfDone(deps, marked);
  if (counts === undefined) return;
  const { job, page, total } = marked;
  if (pageCount(total) === 1) return complete(deps, job, counts);
  if (!(await deps.store.addClosedPage(job, page, pageCount(total)))) return;
  const pages = await deps.store.pages(job);
  if (pages.some((read) => read.counts === undefined)) return;
  await complete(deps, job, sumOf(pages.map(countsOf)));
}

/**
 * Performs steps 1 and 2 of {@link createProgress} for one page.
 *
 * @returns the counts of the page; undefined if the page has records that are not done.
 */
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
  void (await endJob(deps, job, event));
}
