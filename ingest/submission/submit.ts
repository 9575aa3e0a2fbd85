import { endJob } from '../../jobs/end-job.ts';
import { isFinal, type Job } from '../../schemas/index.ts';
import { countRecords } from './count-records.ts';
import type { RemainingMs } from './deadline.ts';
import { toJobError, UnusableInputError } from './input-error.ts';
import { type PublishDeps, publishRecords } from './publish-records.ts';

export type SubmitDeps = PublishDeps;

/**
 * `more`: the time ran out, and another invocation must continue from the checkpoint. `failed`: the job is now FAILED.
 * `ignored`: nothing was done, because the job does not exist, is final, or waits for its input.
 */
export type SubmitOutcome = 'done' | 'more' | 'failed' | 'ignored';

/** @param object_key the object that has just arrived, if that is the reason for the call. */
export type Submit = (
  job_id: string,
  remaining_ms: RemainingMs,
  object_key?: string,
) => Promise<SubmitOutcome>;

/**
 * Publishes a job's input. First the records are counted, so that the job's total is known before its first record is
 * published. A later call continues from the last checkpoint; records that are published twice have the same identity,
 * and rows that are set aside twice count once.
 *
 * @throws {ServiceError} if a service failed: calling again continues from the checkpoint.
 */
export function createSubmit(deps: SubmitDeps): Submit {
  return async (job_id, remaining_ms, object_key) => {
    const job = await deps.store.get(job_id);
    if (job === undefined || isFinal(job.status)) return 'ignored';
    try {
      const ready = await pinInput(deps, job, object_key);
      if (ready === undefined) return 'ignored';
      const counted = await countRecords(deps, ready, remaining_ms);
      if (counted === 'more' || counted === 'ignored') return counted;
      return await publishRecords(deps, counted, remaining_ms);
    } catch (error) {
      const failure = toJobError(error);
      if (failure === undefined) throw error;
      await endJob(deps, job, 'input_unusable', failure);
      return 'failed';
    }
  };
}

/**
 * Stores the etag of the input in the job, so that later reads notice a replaced file.
 *
 * @returns the job; undefined while its input has not arrived.
 * @throws {UnusableInputError} if an object arrived under another key, for example with the ending of another format.
 * The job would otherwise wait until its deadline.
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
