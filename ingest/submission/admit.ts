import { type ReadBudget, remainingUnits } from '../../budgets/read-budget.ts';
import { type JobBudget, refuseJob } from '../../jobs/admission.ts';
import type { BulkLoad } from '../../jobs/bulk-load.ts';
import type { JobStore } from '../../jobs/ports.ts';
import { isFinal, type Job, type JobError } from '../../schemas/index.ts';

/**
 * Decides whether a job may start with its counted records. Returns the error of a job that must
 * fail.
 */
export type Admit = (
  job: Job,
  records: number,
  /** Billed units of the records. Undefined if the tenant has no budget. */
  units: number | undefined,
) => Promise<JobError | undefined>;

export interface AdmitDeps {
  store: Pick<JobStore, 'due'>;
  /** Reads what the consumers of the bulk stream report. */
  readLoad: () => Promise<BulkLoad>;
  readBudget: ReadBudget;
  /** Number of documents that the analyzer's quota allows per second. */
  documents_per_second: number;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/** A time after every `due_at`. Each job that is not final has a `due_at`. */
const FAR_FUTURE = Date.UTC(9999, 0);

/** Creates the function that compares a job with the quota, the load and all other open jobs. */
export function createAdmit(deps: AdmitDeps): Admit {
  const { store, readLoad, documents_per_second, now } = deps;
  return async (job, records, units) => {
    const open_jobs: Job[] = [];
    for await (const other of store.due(FAR_FUTURE)) {
      if (!isFinal(other.status) && other.job_id !== job.job_id) open_jobs.push(other);
    }
    const [load, budget] = await Promise.all([readLoad(), readJobBudget(deps, job, units)]);
    return refuseJob({ now: now(), job, records, open_jobs, load, budget, documents_per_second });
  };
}

async function readJobBudget(
  { readBudget }: AdmitDeps,
  { tenant }: Job,
  units: number | undefined,
): Promise<JobBudget | undefined> {
  if (units === undefined) return undefined;
  const use = await readBudget(tenant);
  const remaining_units = remainingUnits(use);
  return remaining_units === undefined
    ? undefined
    : { units, remaining_units, resets_at: use.resets_at };
}
