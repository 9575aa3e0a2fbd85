import { type Job, type JobError, type JobStatus, ServiceError } from '../schemas/index.ts';
import type { CallbackQueue, JobChanges, JobStore } from './ports.ts';

/** When the sweeper sends a callback that nobody has sent until then. */
const CALLBACK_DUE_MS = 5 * 60_000;

export type FinalStatus = Exclude<JobStatus, 'PENDING' | 'PROCESSING'>;

export interface FinalDeps {
  store: Pick<JobStore, 'transition'>;
  /** Epoch milliseconds. */
  now: () => number;
  /** Told of each job that becomes final, by whoever made it so. A {@link ServiceError} of it is no harm. */
  on_final: (job: Job) => Promise<void>;
}

/**
 * Ends a job, and has its callback called: the one place where that is done. The callback becomes pending in the very
 * transition, and due for the sweeper; so it is called even where the message that asks for it is lost.
 *
 * @param job as it was read; its callback does not change before it is final.
 * @returns the job as it is then; undefined where it is in no state from which it could go there, final ones included.
 * @throws {ServiceError} where the store did not answer: the job may be final or not, and this may be done again.
 */
export async function becomeFinal(
  deps: FinalDeps,
  job: Job,
  to: FinalStatus,
  error?: JobError,
): Promise<Job | undefined> {
  const ended_at = deps.now();
  const changed = await deps.store.transition(job.job_id, to, {
    completed_at: new Date(ended_at).toISOString(),
    ...(error === undefined ? {} : { error }),
    ...lookedAfter(job, to, ended_at),
  });
  if (changed === undefined) return undefined;
  try {
    await deps.on_final(changed);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
  }
  return changed;
}

/** Nobody is called of what the caller has cancelled. */
function lookedAfter({ callback }: Job, to: FinalStatus, ended_at: number): JobChanges {
  if (callback === undefined || to === 'CANCELLED') return { due_at: undefined };
  return {
    callback: { ...callback, state: 'pending' },
    due_at: new Date(ended_at + CALLBACK_DUE_MS).toISOString(),
  };
}

/** What {@link FinalDeps} asks for: the first attempt of a job's callback, where it has one. */
export function createOnFinal(callbacks: CallbackQueue): FinalDeps['on_final'] {
  return async ({ job_id, callback }) => {
    if (callback?.state === 'pending') await callbacks.send({ job_id, attempt: 1 }, 0);
  };
}
