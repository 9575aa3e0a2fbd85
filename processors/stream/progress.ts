import type { JobProgress } from '../../jobs/progress.ts';
import {
  type Job,
  type RecordOutcome,
  type Result,
  ServiceError,
  type StreamRecord,
} from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { BatchContext } from './batch.ts';
import type { StreamItem } from './decode/decode.ts';

/**
 * Returns the job of a record. Returns undefined if the job does not exist or belongs to another
 * tenant.
 */
export type JobOf = (record: Pick<StreamRecord, 'tenant' | 'job_id'>) => Job | undefined;

/**
 * Reads the jobs of a batch, and drops the records of cancelled jobs. The function runs before
 * texts are fetched and analysed, because fetching and analysing cost money. If the jobs cannot be
 * read, all records with a job fail, because any of the jobs may be cancelled. Records without a
 * job are kept.
 */
export async function dropCancelled(
  items: StreamItem[],
  progress: JobProgress,
  { analysis, tally }: BatchContext,
): Promise<{ items: StreamItem[]; job_of: JobOf }> {
  const in_jobs = items.filter(({ record }) => record.job_id !== undefined);
  const job_ids = in_jobs.flatMap(({ record }) => record.job_id ?? []);
  try {
    const jobs = await callBefore(analysis, 'dynamodb', () => progress.begin(job_ids));
    const job_of: JobOf = ({ tenant, job_id = '' }) => {
      const job = jobs.get(job_id);
      return job?.tenant === tenant ? job : undefined;
    };
    const open = items.filter(({ record }) => job_of(record)?.status !== 'CANCELLED');
    tally.cancelled += items.length - open.length;
    return { items: open, job_of };
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code } = cause;
    tally.addFailed(in_jobs.map(({ delivered_as }) => ({ stage: 'progress', code, delivered_as })));
    const without_job = items.filter(({ record }) => record.job_id === undefined);
    return { items: without_job, job_of: () => undefined };
  }
}

/** A record whose result or set-aside is stored durably. */
export interface EndedItem {
  item: StreamItem;
  outcome: RecordOutcome;
}

/**
 * Counts records in the progress of their jobs. The result or the set-aside of each record must
 * already be stored. Returns the number of records that need no redelivery. If a record could not
 * be counted, Lambda delivers the record again. A call that times out may still take effect, but a
 * redelivery does no harm, because counting a record twice changes nothing.
 */
export async function countInJobs(
  ended: EndedItem[],
  progress: JobProgress,
  job_of: JobOf,
  { delivery, tally }: BatchContext,
): Promise<number> {
  const entries = ended.flatMap(({ item, outcome }) => {
    const job = job_of(item.record);
    const { job_index } = item.record;
    const { delivered_as } = item;
    return job === undefined || job_index === undefined
      ? []
      : [{ job, job_index, outcome, delivered_as }];
  });
  if (entries.length === 0) return ended.length;
  const failures = await callBefore(delivery, 'dynamodb', () => progress.mark(entries)).catch(
    (cause: unknown) => {
      if (!(cause instanceof ServiceError)) throw cause;
      return entries.map((_, index) => ({ index, code: cause.code }));
    },
  );
  for (const { index, code } of failures) {
    const entry = entries[index];
    if (entry === undefined) continue;
    tally.addFailed([{ stage: 'progress', code, delivered_as: entry.delivered_as }]);
  }
  return ended.length - failures.length;
}

/**
 * Converts a result to the outcome that a job counts. For an analysed record, the outcome is the
 * sentiment, unless the row of the record is newer. A record without a verdict stays one, because its
 * line is at fault.
 */
export function outcomeOf({ status, sentiment }: Result, is_not_newer = false): RecordOutcome {
  if (is_not_newer && (status === 'analyzed' || status === 'withdrawn')) return 'not_newer';
  if (status !== 'analyzed') return status;
  if (sentiment === undefined) throw new Error('An analyzed result has no sentiment');
  return COUNTED_AS[sentiment];
}

const COUNTED_AS = {
  POSITIVE: 'positive',
  NEGATIVE: 'negative',
  NEUTRAL: 'neutral',
  MIXED: 'mixed',
} as const;
