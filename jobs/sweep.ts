import { isFinal, type Job, type JobError } from '../schemas/index.ts';
import { retryDelaySeconds } from './callbacks/delays.ts';
import { createOnFinal, endJob } from './end-job.ts';
import type { CallbackQueue, JobQueue, JobStore } from './ports.ts';

export interface SweepDeps {
  store: JobStore;
  job_queue: JobQueue;
  callback_queue: CallbackQueue;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * The result of one sweep. Counts the jobs that became FAILED, the submissions that were resumed,
 * and the callback messages that were sent again.
 */
export interface SweepReport {
  failed: number;
  resumed: number;
  called_back: number;
}

/**
 * Time between two checks of a submission that has stopped, in milliseconds. The message of the
 * first check may be lost.
 */
const RESUME_AGAIN_MS = 10 * 60_000;
/**
 * Time between two checks of a pending callback by the sweeper, in milliseconds. The time is longer
 * than the longest delay of a callback message in the queue. The sweeper therefore does not send a
 * delayed message a second time.
 */
const CALL_AGAIN_MS = 20 * 60_000;
/**
 * Time after which the message for the next attempt of a callback counts as lost, in milliseconds.
 * The time counts from the end of the message's delay.
 */
const MESSAGE_LATE_MS = 5 * 60_000;

/**
 * Creates the function that handles every job that is due. A job that is not final at its deadline
 * becomes FAILED. A submission that may have stopped is resumed. A callback whose message may be
 * lost is sent again. If a job may need another check, its `due_at` is moved to a later time. Two
 * sweeps may handle the same job without harm, because each action is idempotent.
 *
 * A submission that is running is not due, because each checkpoint moves `due_at` to the end of the
 * lease. The index of due jobs may be behind the table. A job that has changed since is left alone.
 */
export function createSweep(deps: SweepDeps): () => Promise<SweepReport> {
  return async () => {
    const report: SweepReport = { failed: 0, resumed: 0, called_back: 0 };
    for await (const job of deps.store.due(deps.now())) {
      const action = isFinal(job.status)
        ? await checkCallback(deps, job)
        : await checkOpenJob(deps, job);
      if (action !== undefined) report[action] += 1;
    }
    return report;
  };
}

async function checkCallback(deps: SweepDeps, job: Job): Promise<'called_back' | undefined> {
  const { job_id, status, callback } = job;
  if (callback?.state !== 'pending') {
    void (await deps.store.update(job_id, [status], { due_at: undefined }));
    return undefined;
  }
  const waits_ms = messageDueAt(callback) - deps.now();
  if (waits_ms > 0) {
    void (await postpone(deps, job, waits_ms));
    return undefined;
  }
  if ((await postpone(deps, job, CALL_AGAIN_MS)) === undefined) return undefined;
  await deps.callback_queue.send({ job_id, attempt: callback.attempts.length + 1 }, 0);
  return 'called_back';
}

/**
 * Returns the time until which the queue may still hold the message for the next attempt, in epoch
 * milliseconds. If the sweeper sent a second message before, the next attempt would be too early.
 */
function messageDueAt({ attempts }: NonNullable<Job['callback']>): number {
  const delay_seconds = retryDelaySeconds(attempts.length);
  const last = attempts.at(-1);
  if (last === undefined || delay_seconds === undefined) return 0;
  return Date.parse(last.attempted_at) + delay_seconds * 1_000 + MESSAGE_LATE_MS;
}

async function checkOpenJob(deps: SweepDeps, job: Job): Promise<'failed' | 'resumed' | undefined> {
  const { store, now, callback_queue, job_queue } = deps;
  const { job_id, status, deadline_at } = job;
  if (Date.parse(deadline_at) <= now()) {
    const on_final = createOnFinal(callback_queue);
    const failed = await endJob(
      { store, now, on_final },
      job,
      'deadline_passed',
      deadlineError(job),
    );
    return failed === undefined ? undefined : 'failed';
  }
  if (isSubmitted(job)) {
    void (await store.update(job_id, [status], { due_at: deadline_at }));
    return undefined;
  }
  if ((await postpone(deps, job, RESUME_AGAIN_MS)) === undefined) return undefined;
  await job_queue.send({ kind: 'resume', job_id });
  return 'resumed';
}

/** Returns undefined if the job has changed since it was read. */
function postpone({ store, now }: SweepDeps, job: Job, delay_ms: number): Promise<Job | undefined> {
  return store.postpone(job, new Date(now() + delay_ms).toISOString());
}

function isSubmitted({ status, total, submitted }: Job): boolean {
  return status === 'PROCESSING' && submitted?.records === total;
}

function deadlineError({ status, input }: Job): JobError {
  if (status === 'PENDING' && input.etag === undefined) {
    const message = 'No input had arrived by the deadline; submit the job again';
    return { code: 'INPUT_NEVER_ARRIVED', message };
  }
  const message = 'Some records were not done by the deadline; the results show which';
  return { code: 'DEADLINE_EXCEEDED', message };
}
