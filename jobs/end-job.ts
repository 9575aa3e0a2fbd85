import {
  JOB_EVENTS,
  type Job,
  type JobError,
  type JobEvent,
  ServiceError,
} from '../schemas/index.ts';
import type { CallbackQueue, JobChanges, JobStore } from './ports.ts';

/** After this time the sweeper sends the first callback itself, in case its message was lost. */
const CALLBACK_DUE_MS = 5 * 60_000;

/** The events that make a job final. */
export type FinalEvent = Exclude<JobEvent, 'input_counted'>;

export interface EndJobDeps {
  store: Pick<JobStore, 'transition'>;
  /** Epoch milliseconds. */
  now: () => number;
  /**
   * Called once for each job that becomes final. A {@link ServiceError} is ignored, because the sweeper does the same
   * later.
   */
  on_final: (job: Job) => Promise<void>;
}

/**
 * Moves a job to the final state of an event. No other function writes final states. The same write makes the callback
 * pending and due for the sweeper, so the callback is sent even if the message that asks for it is lost.
 *
 * @param job may be out of date: only its callback is used, which does not change before the job is final.
 * @returns the final job; undefined if the job's present state does not allow the event.
 * @throws {ServiceError} if the store does not answer. The job may be final or not; calling again is safe.
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

/** Cancelled jobs get no callback. */
function callbackChanges({ callback }: Job, event: FinalEvent, ended_at: number): JobChanges {
  if (callback === undefined || event === 'cancelled_by_caller') return { due_at: undefined };
  return {
    callback: { ...callback, state: 'pending' },
    due_at: new Date(ended_at + CALLBACK_DUE_MS).toISOString(),
  };
}

/** Asks for the first attempt of a final job's callback. */
export function createOnFinal(callbacks: CallbackQueue): EndJobDeps['on_final'] {
  return async ({ job_id, callback }) => {
    if (callback?.state === 'pending') await callbacks.send({ job_id, attempt: 1 }, 0);
  };
}
