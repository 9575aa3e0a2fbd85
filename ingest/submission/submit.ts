import { endJob } from '../../jobs/end-job.ts';
import { isFinal, type Job } from '../../schemas/index.ts';
import { countRecords } from './count-records.ts';
import type { RemainingMs } from './deadline.ts';
import { toJobError, UnusableInputError } from './input-error.ts';
import { type PublishDeps, publishRecords } from './publish-records.ts';

export type SubmitDeps = PublishDeps;

/**
 * The outcome of one call. `done` means that all records are on the stream. `more` means that the
 * time ran out and another invocation must continue from the checkpoint. `failed` means that the
 * job is now FAILED. `ignored` means that the job does not exist, is final, waits for its input or
 * has changed its status during the call.
 */
export type SubmitOutcome = 'done' | 'more' | 'failed' | 'ignored';

/**
 * Publishes the input of a job.
 *
 * @param object_key the key of the object whose arrival caused the call. Absent if the call was not
 * caused by the arrival of an object.
 */
export type Submit = (
  job_id: string,
  remaining_ms: RemainingMs,
  object_key?: string,
) => Promise<SubmitOutcome>;

/**
 * Creates the function that publishes the input of a job. The function first counts the records, so
 * that the total of the job is known before the first record is published. A later call continues
 * from the last checkpoint. If a record is published twice, both copies have the same id. If a row
 * is set aside twice, the row is still counted only once.
 *
 * @throws {ServiceError} if a service failed. A later call continues from the last checkpoint.
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
      void (await endJob(deps, job, 'input_unusable', failure));
      return 'failed';
    }
  };
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
