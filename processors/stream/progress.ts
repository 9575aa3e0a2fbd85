import type { JobProgress } from '../../jobs/progress.ts';
import {
  type Job,
  type RecordOutcome,
  type Result,
  ServiceError,
  type StreamRecord,
} from '../../schemas/index.ts';
import type { StreamItem } from './decode/decode.ts';
import type { Failed } from './ports.ts';

/** The jobs of a batch. A record that names another tenant's job, or none that is there, has none. */
export type JobOf = (record: Pick<StreamRecord, 'tenant' | 'job_id'>) => Job | undefined;

/** What of a batch is to be done. */
export interface Started {
  items: StreamItem[];
  job_of: JobOf;
  /** How many belong to a job that somebody has cancelled: they end here, and nobody pays for them. */
  cancelled: number;
  /** Those whose job could not be read: it may be cancelled. */
  failed: Failed[];
}

/** Looks at the jobs of a batch before anything of it is done. Records without a job never wait for one. */
export function createStart(progress: JobProgress): (items: StreamItem[]) => Promise<Started> {
  return async (items) => {
    const of_jobs = items.filter(({ record }) => record.job_id !== undefined);
    const jobs = await begin(progress, of_jobs);
    if (jobs instanceof ServiceError) {
      return {
        items: items.filter(({ record }) => record.job_id === undefined),
        job_of: () => undefined,
        cancelled: 0,
        failed: of_jobs.map(({ position }) => ({ stage: 'progress', code: jobs.code, position })),
      };
    }
    const job_of: JobOf = ({ tenant, job_id = '' }) => {
      const job = jobs.get(job_id);
      return job?.tenant === tenant ? job : undefined;
    };
    const isCancelled = ({ record }: StreamItem) => job_of(record)?.status === 'CANCELLED';
    return {
      items: items.filter((item) => !isCancelled(item)),
      job_of,
      cancelled: items.filter(isCancelled).length,
      failed: [],
    };
  };
}

async function begin(
  progress: JobProgress,
  items: StreamItem[],
): Promise<Map<string, Job> | ServiceError> {
  try {
    return await progress.begin(items.map(({ record }) => record.job_id!));
  } catch (cause) {
    if (cause instanceof ServiceError) return cause;
    throw cause;
  }
}

/** A record whose effects are durable. */
export interface EndedItem {
  item: StreamItem;
  outcome: RecordOutcome;
}

/** Counts what has ended in its jobs; what could not be counted comes again. */
export async function countEnded(
  progress: JobProgress,
  ended: EndedItem[],
  job_of: JobOf,
): Promise<Failed[]> {
  const of_jobs = ended.flatMap(({ item, outcome }) => {
    const job = job_of(item.record);
    const { job_index } = item.record;
    return job === undefined || job_index === undefined ? [] : [{ item, job, job_index, outcome }];
  });
  const failures = of_jobs.length === 0 ? [] : await progress.mark(of_jobs);
  return failures.map(({ index, code }) => ({
    stage: 'progress',
    code,
    position: of_jobs[index]!.item.position,
  }));
}

/** How a record with this result counts. */
export function outcomeOf({ status, sentiment }: Result): RecordOutcome {
  return status === 'analyzed' ? (sentiment!.toLowerCase() as RecordOutcome) : status;
}
