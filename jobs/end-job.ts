import {
  JOB_EVENTS,
  type Job,
  type JobError,
  type JobEvent,
  ServiceError,
} from '../schemas/index.ts';
import type { CallbackQueue, JobChanges, JobStore } from './ports.ts';

/** The events that make a job final. */
export type FinalEvent = Exclude<JobEvent, 'input_counted'>;

export interface EndJobDeps {
  store: Pick<JobStore, 'transition'>;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  /**
   * {@link endJob} calls this function once for each job that becomes final. A {@link ServiceError}
   * of this function is ignored, because the sweeper sends the callback message later.
   */
  on_final: (job: Job) => Promise<void>;
}

/**
 * Moves a job to the final status of an event. No other function writes final statuses. The same
 * write makes the job due for the sweeper, which deletes the input of the job. If the job has a
 * callback, the write also makes the callback pending. The callback is therefore sent even if the
 * first callback message is lost.
 *
 * @param job may be out of date, because only its callback is used, and the callback does not
 * change before the job is final.
 * @returns the final job; undefined if the current status of the job does not allow the event.
 * @throws {ServiceError} if the store does not answer. In this case the job may or may not be
 * final, and the caller can call the function again.
 */
export async function endJob(
  deps: EndJobDeps,
  job: Job,
  event: FinalEvent,
  error?: JobError,
): Promise<Job | undefined> {
  const ended_at = new Date(deps.now()).toISOString();
  const changed = await deps.store.transition(job.job_id, JOB_EVENTS[event].to, {
    ...{ completed_at: ended_at, due_at: ended_at },
    ...(error === undefined ? {} : { error }),
    ...callbackChanges(job, event),
  });
  if (changed === undefined) return undefined;
  try {
    await deps.on_final(changed);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
  }
  return changed;
}

/** Makes the callback of a job pending, unless the job was cancelled: cancelled jobs get no callback. */
function callbackChanges({ callback }: Job, event: FinalEvent): JobChanges {
  if (callback === undefined || event === 'cancelled_by_caller') return {};
  return { callback: { ...callback, state: 'pending' } };
}

/** Creates the function that sends the message for the first callback attempt of a final job. */
export function createOnFinal(callbacks: CallbackQueue): EndJobDeps['on_final'] {
  return async ({ job_id, callback }) => {
    if (callback?.state === 'pending') await callbacks.send({ job_id, attempt: 1 }, 0);
  };
}
