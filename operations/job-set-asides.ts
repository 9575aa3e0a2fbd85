import type { JobStore, Page, RecordLists } from '../jobs/ports.ts';
import { countsOf } from '../jobs/read-progress.ts';
import { type Issue, JOB_PAGE_SIZE, type Job } from '../schemas/index.ts';

/** A row of a job's file that is not a valid record. It was never on the stream. */
export interface JobSetAside {
  set_aside_id: string;
  reason: 'invalid_record';
  issues: Issue[];
  job_id: string;
  job_index: number;
  tenant: string;
  /** When the job was created, in ISO 8601 and UTC. */
  arrived_at: string;
}

export interface JobSetAsideDeps {
  store: Pick<JobStore, 'getMany' | 'pages'>;
  record_lists: Pick<RecordLists, 'get'>;
}

const JOBS_PER_READ = 100;

/**
 * Lists the invalid rows of jobs, from the record lists of the jobs. Only the pages that have such a
 * row are read. Jobs without an invalid row, and jobs whose record list is no longer kept, are left out.
 *
 * @param limit maximum number of rows of each job.
 */
export async function* listJobSetAsides(
  deps: JobSetAsideDeps,
  job_ids: AsyncIterable<string>,
  limit = Number.POSITIVE_INFINITY,
): AsyncIterable<JobSetAside> {
  for await (const job of readJobs(deps.store, job_ids)) {
    yield* listRows(deps.record_lists, job, await deps.store.pages(job), limit);
  }
}

async function* readJobs(
  store: Pick<JobStore, 'getMany'>,
  job_ids: AsyncIterable<string>,
): AsyncIterable<Job> {
  let ids: string[] = [];
  const readMany = async () => {
    const jobs = await store.getMany(ids);
    return ids.flatMap((id) => jobs.get(id) ?? []);
  };
  for await (const id of job_ids) {
    ids.push(id);
    if (ids.length < JOBS_PER_READ) continue;
    yield* await readMany();
    ids = [];
  }
  if (ids.length > 0) yield* await readMany();
}

async function* listRows(
  record_lists: JobSetAsideDeps['record_lists'],
  job: Job,
  pages: Page[],
  limit: number,
): AsyncIterable<JobSetAside> {
  const { job_id, tenant, created_at: arrived_at } = job;
  let rows = 0;
  for (const page of pages) {
    if ((countsOf(page).set_aside ?? 0) === 0) continue;
    const listed = (await record_lists.get(job, page.page)) ?? [];
    for (const [i, record] of listed.entries()) {
      if (!('issues' in record)) continue;
      const job_index = page.page * JOB_PAGE_SIZE + i;
      const set_aside_id = `${job_id}:${job_index}`;
      const reason = 'invalid_record';
      yield { set_aside_id, reason, issues: record.issues, job_id, job_index, tenant, arrived_at };
      rows += 1;
      if (rows >= limit) return;
    }
  }
}
