import type { JobStore } from '../../jobs/ports.ts';
import { type InputPosition, type Job, MAX_JOB_RECORDS } from '../../schemas/index.ts';
import { isTimeUp, type RemainingMs } from './deadline.ts';
import { countInput } from './input.ts';
import { UnusableInputError } from './input-error.ts';
import type { JobInputs } from './ports.ts';

export interface CountDeps {
  store: JobStore;
  inputs: JobInputs;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

const CHECKPOINT_INTERVAL_MS = 5_000;
/**
 * Time between the end of counting and the sweeper's next check of the job, in milliseconds. If the
 * records are not all published by then, the sweeper resumes the submission.
 */
const RESUME_AFTER_MS = 10 * 60_000;

/**
 * Counts the records in the input of a PENDING job, and moves the job to PROCESSING. A job that is
 * in PROCESSING already is returned unchanged.
 *
 * @returns the job in PROCESSING; `more` if the time ran out; `ignored` if the job has left PENDING
 * for another status.
 * @throws {UnusableInputError} if the input has no records or too many records.
 */
export async function countRecords(
  deps: CountDeps,
  job: Job,
  remaining_ms: RemainingMs,
): Promise<Job | 'more' | 'ignored'> {
  if (job.status === 'PROCESSING') return job;
  const { store, inputs, now } = deps;
  let position: InputPosition = job.counted ?? { records: 0, bytes: 0 };
  let saved_at = now();
  for await (position of countInput(inputs, job, position)) {
    if (position.records > MAX_JOB_RECORDS) {
      const message = `A job has at most ${MAX_JOB_RECORDS} records; split the file`;
      throw new UnusableInputError('TOO_MANY_RECORDS', message);
    }
    if (now() - saved_at < CHECKPOINT_INTERVAL_MS && !isTimeUp(remaining_ms)) continue;
    saved_at = now();
    const saved = await store.advance(job.job_id, ['PENDING'], 'counted', position);
    if (saved === undefined) return 'ignored';
    if (isTimeUp(remaining_ms)) return 'more';
  }
  if (position.records === 0) {
    throw new UnusableInputError('INPUT_EMPTY', 'The input has no records');
  }
  return startProcessing(deps, job, position.records);
}

async function startProcessing(
  { store, now }: CountDeps,
  { job_id }: Job,
  total: number,
): Promise<Job | 'ignored'> {
  const changed = await store.transition(job_id, 'PROCESSING', {
    total,
    started_at: new Date(now()).toISOString(),
    due_at: new Date(now() + RESUME_AFTER_MS).toISOString(),
  });
  // Another invocation may have moved the job to PROCESSING already. Both invocations may continue,
  // because a record is counted only once even if both invocations publish the record.
  const current = changed ?? (await store.get(job_id));
  return current?.status === 'PROCESSING' ? current : 'ignored';
}
