import { isFinal, type Job, type JobError } from '../schemas/index.ts';
import { retryDelaySeconds } from './callbacks/delays.ts';
import { createOnFinal, endJob } from './end-job.ts';
import type { CallbackQueue, JobQueue, JobStore } from './ports.ts';

export interface SweepDeps {
  store: JobStore;
  job_queue: JobQueue;
  callback_queue: CallbackQueue;
  /** Deletes an object of the input bucket. Succeeds if there is none. */
  deleteInput: (key: string) => Promise<void>;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * The result of one sweep. Counts the jobs that became FAILED, the submissions that were resumed,
 * the inputs that were deleted, and the callback messages that were sent again.
 */
export interface SweepReport {
  failed: number;
  resumed: number;
  inputs_deleted: number;
  called_back: number;
}

/**
 * Time between two checks of a submission that has stopped, in milliseconds. The message of the
 * first check may be lost.
 */
const RESUME_AGAIN_MS = 10 * 60_000;
/**
 * Time between the end of a job and the sweeper's check of the callback, in milliseconds. If the
 * callback is still pending at the check, the sweeper sends the callback message again, because the
 * first message may be lost.
 */
const CALLBACK_DUE_MS = 5 * 60_000;
/** Number of jobs that a sweep handles at the same time. */
const JOBS_IN_FLIGHT = 16;
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
 * becomes FAILED. A submission that may have stopped is resumed. The input of a final job is
 * deleted. A callback whose message may be lost is sent again. If a job may need another check, its
 * `due_at` is moved to a later time. Two sweeps may handle the same job without harm, because each
 * action is idempotent.
 *
 * A submission that is running is not due, because each checkpoint moves `due_at` to the end of the
 * lease. The index of due jobs may be behind the table. A job that has changed since is left alone.
 */
export function createSweep(deps: SweepDeps): () => Promise<SweepReport> {
  return async () => {
    const report: SweepReport = { failed: 0, resumed: 0, inputs_deleted: 0, called_back: 0 };
    let in_flight: Promise<void>[] = [];
    for await (const job of deps.store.due(deps.now())) {
      in_flight.push(sweepJob(deps, job, report));
      if (in_flight.length < JOBS_IN_FLIGHT) continue;
      await joinAll(in_flight);
      in_flight = [];
    }
    await joinAll(in_flight);
    return report;
  };
}

/** Waits until all tasks have ended, and then throws the error of the first one that failed. */
async function joinAll(tasks: Promise<void>[]): Promise<void> {
  void (await Promise.allSettled(tasks));
  void (await Promise.all(tasks));
}

async function sweepJob(deps: SweepDeps, job: Job, report: SweepReport): Promise<void> {
  const actions = isFinal(job.status)
    ? await checkFinalJob(deps, job)
    : await checkOpenJob(deps, job);
  for (const action of actions) if (action !== undefined) report[action] += 1;
}

/** An action that a sweep counts. Undefined if there was nothing to count. */
type Action = keyof SweepReport | undefined;

/**
 * Deletes the input of a final job, and then checks its callback. The object is deleted before the
 * job says so: a sweep that fails in between is repeated.
 */
async function checkFinalJob(deps: SweepDeps, job: Job): Promise<Action[]> {
  if (job.input.deleted_at !== undefined) return [await checkCallback(deps, job)];
  await deps.deleteInput(job.input.key);
  const deleted_at = new Date(deps.now()).toISOString();
  const input = { ...job.input, deleted_at };
  const changed = await deps.store.update(job.job_id, [job.status], { input });
  if (changed === undefined) return [];
  // The condition of a later write is the `due_at` that this sweep has seen.
  return ['inputs_deleted', await checkCallback(deps, { ...changed, due_at: job.due_at })];
}

async function checkCallback(deps: SweepDeps, job: Job): Promise<Action> {
  const { job_id, status, callback } = job;
  if (callback?.state !== 'pending') {
    void (await deps.store.update(job_id, [status], { due_at: undefined }));
    return undefined;
  }
  const waits_ms = messageDueAt(job, callback) - deps.now();
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
function messageDueAt({ completed_at }: Job, { attempts }: NonNullable<Job['callback']>): number {
  const delay_seconds = retryDelaySeconds(attempts.length);
  const last = attempts.at(-1);
  if (last === undefined) {
    return completed_at === undefined ? 0 : Date.parse(completed_at) + CALLBACK_DUE_MS;
  }
  if (delay_seconds === undefined) return 0;
  return Date.parse(last.attempted_at) + delay_seconds * 1_000 + MESSAGE_LATE_MS;
}

async function checkOpenJob(deps: SweepDeps, job: Job): Promise<Action[]> {
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
    return failed === undefined ? [] : ['failed', ...(await checkFinalJob(deps, failed))];
  }
  if (isSubmitted(job)) {
    void (await store.update(job_id, [status], { due_at: deadline_at }));
    return [];
  }
  if ((await postpone(deps, job, RESUME_AGAIN_MS)) === undefined) return [];
  await job_queue.send({ kind: 'resume', job_id });
  return ['resumed'];
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
