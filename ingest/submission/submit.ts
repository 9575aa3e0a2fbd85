import { endJob } from '../../jobs/end-job.ts';
import { isFinal, type Job } from '../../schemas/index.ts';
import { type CountDeps, countRecords } from './count-records.ts';
import type { RemainingMs } from './deadline.ts';
import { toJobError, UnusableInputError } from './input-error.ts';
import { createLease, type HeldLease } from './lease.ts';
import { type PublishDeps, publishRecords } from './publish-records.ts';

export type SubmitDeps = PublishDeps & CountDeps;

/**
 * Number of times that invocations may hand one submission over. Each invocation publishes for 100 s
 * with the default settings, so a job reaches its deadline of one day after 864 handovers. The
 * largest job (50 million records) needs about 500 handovers if the stream accepts 1,000 records per
 * second. More handovers mean that invocations end without progress. Lambda would not stop them,
 * because the function is configured with `recursiveLoop: ALLOW`.
 */
export const MAX_HOPS = 1_000;

/** A request to submit a job, or to continue its submission. */
export interface SubmitRequest {
  job_id: string;
  /** The owner of the lease under which this invocation submits the job. */
  owner: string;
  /** The owner that handed the submission over. Absent if no invocation handed it over. */
  from?: string | undefined;
  /** Number of times that the submission was handed over. */
  hops: number;
  /**
   * The key of the object whose arrival caused the request. Absent if the arrival of an object did
   * not cause the request.
   */
  object_key?: string | undefined;
}

/**
 * The outcome of one call. `done` means that all records are on the stream. `more` means that the
 * time ran out and another invocation must continue from the checkpoint. `failed` means that the
 * job is now FAILED because of its input. `stopped` means that the job is now FAILED because its
 * submission took too many invocations. `ignored` means that the job does not exist, is final, waits
 * for its input or has changed its status during the call, or that another invocation has the lease.
 */
export type SubmitOutcome = 'done' | 'more' | 'failed' | 'stopped' | 'ignored';

/** Publishes the input of a job. */
export type Submit = (request: SubmitRequest, remaining_ms: RemainingMs) => Promise<SubmitOutcome>;

/**
 * Creates the function that publishes the input of a job. The function first counts the records, so
 * that the total of the job is known before the first record is published. A later call continues
 * from the last checkpoint. Only the owner of the job's lease publishes records. If an owner crashes,
 * the next owner publishes the records after the last checkpoint a second time, with the same ids. If
 * a row is set aside twice, the row is still counted only once.
 *
 * @throws {ServiceError} if a service failed. A later call continues from the last checkpoint.
 */
export function createSubmit(deps: SubmitDeps): Submit {
  return async (request, remaining_ms) => {
    const job = await deps.store.get(request.job_id);
    await deleteStray(deps, job, request.object_key);
    if (job === undefined || isFinal(job.status)) return 'ignored';
    const lease = createLease(request.owner, deps.now, remaining_ms);
    try {
      const ready = await pinInput(deps, job, request.object_key);
      const held = ready && (await takeLease(deps, ready, lease, request.from));
      if (held === undefined) return 'ignored';
      if (request.hops > MAX_HOPS) return await stop(deps, held);
      const counted = await countRecords(deps, held, lease, remaining_ms);
      if (counted === 'more' || counted === 'ignored') return counted;
      return await publishRecords(deps, counted, lease, remaining_ms);
    } catch (error) {
      const failure = toJobError(error);
      if (failure === undefined) throw error;
      const failed = await endJob(deps, job, 'input_unusable', failure);
      // The sweeper deletes the input of a job that has ended, also while it is read.
      return failed === undefined ? 'ignored' : 'failed';
    }
  };
}

/**
 * Deletes an object that has arrived and that no submission will read: its job is over or unknown, or
 * the object has another key than the input of its job.
 */
async function deleteStray(
  { inputs }: SubmitDeps,
  job: Job | undefined,
  object_key: string | undefined,
): Promise<void> {
  if (object_key === undefined) return;
  const is_awaited = job !== undefined && !isFinal(job.status) && job.input.key === object_key;
  if (!is_awaited) await inputs.delete(object_key);
}

/** Takes the lease of a job. Returns undefined if another invocation has the lease. */
function takeLease(
  { store, now }: SubmitDeps,
  { job_id }: Job,
  lease: HeldLease,
  from: string | undefined,
): Promise<Job | undefined> {
  const free = { from, now: now() };
  return store.takeLease(job_id, ['PENDING', 'PROCESSING'], lease.extend(), free);
}

async function stop(deps: SubmitDeps, job: Job): Promise<'stopped' | 'ignored'> {
  const ended = await endJob(deps, job, 'submission_stopped', {
    code: 'SUBMISSION_STOPPED',
    message: `The records were not on the stream after ${MAX_HOPS} invocations; split the file`,
  });
  return ended === undefined ? 'ignored' : 'stopped';
}

/**
 * Stores the etag of the input in the job, so that later reads detect a replaced file.
 *
 * @returns the job; undefined if the input has not arrived, or if the job has left PENDING.
 * @throws {UnusableInputError} if an object arrived under a wrong key. For example, the ending of
 * the key may belong to a different format. Without this error, the job would wait until its
 * deadline.
 */
async function pinInput(
  { store, inputs }: SubmitDeps,
  job: Job,
  object_key: string | undefined,
): Promise<Job | undefined> {
  const { key, etag, format } = job.input;
  if (etag !== undefined) return job;
  const head = await inputs.head(key);
  if (head !== undefined) {
    return store.update(job.job_id, ['PENDING'], { input: { ...job.input, ...head } });
  }
  if (object_key === undefined || object_key === key) return undefined;
  const message = `Expected the input, in the format ${format}, at ${key}; got an object at ${object_key}`;
  throw new UnusableInputError('INPUT_UNREADABLE', message);
}
