import {
  JOB_EVENTS,
  type Job,
  type JobError,
  type JobEvent,
  ServiceError,
} from '../schemas/index.ts';
import type { CallbackQueue, JobChanges, JobStore } from './ports.ts';

/**
 * Time between the end of a job and the sweeper's check of the callback, in milliseconds. If the
 * callback is still pending at the check, the sweeper sends the callback message again, because the
 * first message may be lost.
 */
const CALLBACK_DUE_MS = 5 * 60_000;

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
 * Moves a job to the final status of an event. No other function writes final statuses. If the job
 * has a callback, the same write makes the callback pending and makes the job due for the sweeper.
 * The callback is therefore sent even if the first callback message is lost.
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
  const ended_at = deps.now();
  const changed = await deps.store.transition(job.job_id, JOB_EVENTS[event].to, {
    completed_at: new Date(ended_at).toISOString(),
    ...(error === undefined ? {} : { error }),
    ...callbackChanges(job, event, ended_at),
  });
  if (changed === undefined) return undefined;
  try {
    await deps.on_final(changed);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
  }
  return changed;
}

/**
 * Returns the changes to the callback and to the due time of a job that becomes final. The callback
 * becomes pending, unless the job was cancelled, because cancelled jobs get no callback.
 */
function callbackChanges({ callback }: Job, event: FinalEvent, ended_at: number): JobChanges {
  if (callback === undefined || event === 'cancelled_by_caller') return { due_at: undefined };
  return {
    callback: { ...callback, state: 'pending' },
    due_at: new Date(ended_at + CALLBACK_DUE_MS).toISOString(),
  };
}

/** Creates the function that sends the message for the first callback attempt of a final job. */
export function createOnFinal(callbacks: CallbackQueue): EndJobDeps['on_final'] {
  return async ({ job_id, callback }) => {
    if (callback?.state === 'pending') await callbacks.send({ job_id, attempt: 1 }, 0);
  };
}
