import type { JobStore } from '../../jobs/ports.ts';
import { type InputPosition, type Job, MAX_JOB_RECORDS } from '../../schemas/index.ts';
import type { Admit } from './admit.ts';
import { isTimeUp, type RemainingMs } from './deadline.ts';
import { type CountUnits, countInput } from './input.ts';
import { UnusableInputError } from './input-error.ts';
import type { HeldLease } from './lease.ts';
import type { JobInputs } from './ports.ts';

export interface CountDeps {
  store: JobStore;
  inputs: JobInputs;
  admit: Admit;
  /** Returns the function that counts billed units. Undefined if the tenant has no budget. */
  unitsOf: (tenant: string) => CountUnits | undefined;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

const CHECKPOINT_INTERVAL_MS = 5_000;

/**
 * Counts the records in the input of a PENDING job, and moves the job to PROCESSING. A job that is
 * in PROCESSING already is returned unchanged.
 *
 * @returns the job in PROCESSING; `more` if the time ran out; `ignored` if the job has left PENDING
 * for another status, or if another invocation has taken the lease.
 * @throws {UnusableInputError} if the input has no records, or too many for the limits or the time.
 */
export async function countRecords(
  deps: CountDeps,
  job: Job,
  lease: HeldLease,
  remaining_ms: RemainingMs,
): Promise<Job | 'more' | 'ignored'> {
  if (job.status === 'PROCESSING') return job;
  const { store, inputs, now } = deps;
  let position: InputPosition = job.counted ?? { records: 0, bytes: 0 };
  let saved_at = now();
  const countUnits = deps.unitsOf(job.tenant);
  for await (position of countInput(inputs, job, position, countUnits)) {
    if (position.records > MAX_JOB_RECORDS) {
      const message = `A job has at most ${MAX_JOB_RECORDS} records; split the file`;
      throw new UnusableInputError('TOO_MANY_RECORDS', message);
    }
    if (now() - saved_at < CHECKPOINT_INTERVAL_MS && !isTimeUp(remaining_ms)) continue;
    saved_at = now();
    const { job_id } = job;
    const saved = await store.advance(job_id, ['PENDING'], 'counted', position, lease.extend());
    if (saved === undefined) return 'ignored';
    if (isTimeUp(remaining_ms)) return 'more';
  }
  if (position.records === 0) {
    throw new UnusableInputError('INPUT_EMPTY', 'The input has no records');
  }
  const refused = await deps.admit(job, position.records, position.units);
  if (refused !== undefined) {
    throw new UnusableInputError(refused.code, refused.message, refused.figures);
  }
  return startProcessing(deps, job, position, lease);
}

async function startProcessing(
  { store, now }: CountDeps,
  { job_id }: Job,
  { records: total, units }: InputPosition,
  lease: HeldLease,
): Promise<Job | 'ignored'> {
  const { owner, until } = lease.extend();
  const started_at = new Date(now()).toISOString();
  const changed = await store.transition(job_id, 'PROCESSING', {
    ...{ total, started_at, ...(units === undefined ? {} : { units }) },
    due_at: until,
  });
  // The SDK repeats a call whose answer was lost. The repeated call finds the job in PROCESSING.
  const current = changed ?? (await store.get(job_id));
  const may_publish = current?.status === 'PROCESSING' && current.lease?.owner === owner;
  return may_publish ? current : 'ignored';
}
