import { readInput } from '../ingest/submission/input.ts';
import { toJobError } from '../ingest/submission/input-error.ts';
import type { JobInputs } from '../ingest/submission/ports.ts';
import type { JobStore } from '../jobs/ports.ts';
import { progressOf } from '../jobs/read-progress.ts';
import type { Issue, Job } from '../schemas/index.ts';

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
  inputs: Pick<JobInputs, 'read'>;
}

const JOBS_PER_READ = 100;

/**
 * Lists the invalid rows of jobs. The function reads the files again, as the results of jobs do,
 * because no copy of the rows is stored. Jobs without an invalid row, and jobs whose file is no
 * longer kept, are left out.
 *
 * @param limit maximum number of rows of each job.
 */
export async function* listJobSetAsides(
  deps: JobSetAsideDeps,
  job_ids: AsyncIterable<string>,
  limit = Number.POSITIVE_INFINITY,
): AsyncIterable<JobSetAside> {
  for await (const job of readJobs(deps.store, job_ids)) {
    const { counts } = progressOf(job, await deps.store.pages(job));
    if ((counts.set_aside ?? 0) > 0) yield* listRows(deps.inputs, job, limit);
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
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  limit: number,
): AsyncIterable<JobSetAside> {
  const { job_id, tenant, created_at: arrived_at } = job;
  let rows = 0;
  try {
    for await (const entry of readInput(inputs, job, { records: 0, bytes: 0 })) {
      if (entry.ok) continue;
      const { job_index, issues } = entry;
      const set_aside_id = `${job_id}:${job_index}`;
      const reason = 'invalid_record';
      yield { set_aside_id, reason, issues, job_id, job_index, tenant, arrived_at };
      rows += 1;
      if (rows >= limit) return;
    }
  } catch (error) {
    // The file is no longer kept, or ends in damage. The rows before that are listed.
    if (toJobError(error) === undefined) throw error;
  }
}
