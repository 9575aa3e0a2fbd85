import { isFinal, type Job, type JobError } from '../schemas/index.ts';
import { becomeFinal, createOnFinal } from './final.ts';
import type { CallbackQueue, JobQueue, JobStore } from './ports.ts';

export interface SweepDeps {
  store: JobStore;
  job_queue: JobQueue;
  callback_queue: CallbackQueue;
  /** Epoch milliseconds. */
  now: () => number;
}

/** How many jobs were failed, taken up again, and called back again. */
export interface Swept {
  failed: number;
  resumed: number;
  called_back: number;
}

const RESUME_AGAIN_MS = 10 * 60_000;
/** Longer than the last attempt of a callback waits in its queue. */
const CALL_AGAIN_MS = 20 * 60_000;

/**
 * Looks after every job that is due: what its deadline has passed FAILS, a submission that may have died goes on, a
 * callback whose message was lost is sent again. Each is due again until it needs nobody any more; doing one twice
 * does no harm.
 */
export function createSweep(deps: SweepDeps): () => Promise<Swept> {
  return async () => {
    const swept: Swept = { failed: 0, resumed: 0, called_back: 0 };
    for await (const job of deps.store.due(deps.now())) {
      const did = await lookAfter(deps, job);
      if (did !== undefined) swept[did] += 1;
    }
    return swept;
  };
}

async function lookAfter(deps: SweepDeps, job: Job): Promise<keyof Swept | undefined> {
  const { store, now } = deps;
  const dueIn = (ms: number) => ({ due_at: new Date(now() + ms).toISOString() });
  const { job_id, status, callback } = job;
  if (isFinal(status)) {
    if (callback?.state !== 'pending') {
      await store.update(job_id, [status], { due_at: undefined });
      return undefined;
    }
    await store.update(job_id, [status], dueIn(CALL_AGAIN_MS));
    await deps.callback_queue.send({ job_id, attempt: callback.attempts.length + 1 }, 0);
    return 'called_back';
  }
  if (Date.parse(job.deadline_at) <= now()) {
    const on_final = createOnFinal(deps.callback_queue);
    const failed = await becomeFinal({ store, now, on_final }, job, 'FAILED', whyLate(job));
    return failed === undefined ? undefined : 'failed';
  }
  if (isSubmitted(job)) {
    await store.update(job_id, [status], { due_at: job.deadline_at });
    return undefined;
  }
  await store.update(job_id, [status], dueIn(RESUME_AGAIN_MS));
  await deps.job_queue.send({ kind: 'resume', job_id });
  return 'resumed';
}

function isSubmitted({ status, total, submitted }: Job): boolean {
  return status === 'PROCESSING' && submitted?.records === total;
}

function whyLate({ status, input }: Job): JobError {
  if (status === 'PENDING' && input.etag === undefined) {
    const message = 'No input had arrived by the deadline; submit the job again';
    return { code: 'INPUT_NEVER_ARRIVED', message };
  }
  const message = 'Not all of its records had ended by the deadline; see which in its results';
  return { code: 'DEADLINE_EXCEEDED', message };
}
