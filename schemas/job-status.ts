// This file must not import zod, because the client imports it and runs in browsers.

/**
 * The statuses of a job. A job starts as PENDING, can then become PROCESSING, and ends in one of
 * the last four statuses.
 *
 * @example
 * import { isFinal, JOB_STATUSES } from 'aurastream/schemas';
 *
 * console.log(JOB_STATUSES.filter(isFinal));
 */
export const JOB_STATUSES = [
  'PENDING',
  'PROCESSING',
  'COMPLETED',
  'COMPLETED_WITH_ERRORS',
  'FAILED',
  'CANCELLED',
] as const;

/**
 * The status of a job. The value is one of the strings in {@link JOB_STATUSES}.
 *
 * @example
 * import type { JobStatus } from 'aurastream/schemas';
 *
 * const status: JobStatus = 'COMPLETED_WITH_ERRORS';
 */
export type JobStatus = (typeof JOB_STATUSES)[number];

/**
 * The events that change the status of a job. PENDING means that the input has not arrived or is
 * not counted yet. PROCESSING means that the records are counted and are being published and
 * analysed. All other statuses are final. Each event moves a job from one of the statuses in `from`
 * to the status in `to`. The change is a conditional write to the jobs table, so only one of
 * several concurrent writers succeeds.
 */
export const JOB_EVENTS = {
  /** The submission has counted the records. See ingest/submission/count-records.ts. */
  input_counted: { from: ['PENDING'], to: 'PROCESSING' },
  /** The submission cannot use the input. See ingest/submission/submit.ts. */
  input_unusable: { from: ['PENDING', 'PROCESSING'], to: 'FAILED' },
  /** The submission has taken too many invocations. See ingest/submission/submit.ts. */
  submission_stopped: { from: ['PENDING', 'PROCESSING'], to: 'FAILED' },
  /** All records are done, and all records have succeeded. See jobs/progress.ts. */
  all_records_succeeded: { from: ['PROCESSING'], to: 'COMPLETED' },
  /**
   * All records are done, and at least one record has failed or was set aside. See
   * jobs/progress.ts.
   */
  some_records_failed: { from: ['PROCESSING'], to: 'COMPLETED_WITH_ERRORS' },
  /** The deadline of the job has passed, and the job is not final. See jobs/sweep.ts. */
  deadline_passed: { from: ['PENDING', 'PROCESSING'], to: 'FAILED' },
  /** The caller cancels the job through the API. See api/routes/jobs.ts. */
  cancelled_by_caller: { from: ['PENDING', 'PROCESSING'], to: 'CANCELLED' },
} as const satisfies Record<string, { from: readonly JobStatus[]; to: JobStatus }>;

export type JobEvent = keyof typeof JOB_EVENTS;

const ALL_EVENTS: readonly { from: readonly JobStatus[]; to: JobStatus }[] =
  Object.values(JOB_EVENTS);

/** Returns the statuses from which an event leads to the target status. */
export function listStatusesBefore(target: JobStatus): JobStatus[] {
  const leading = ALL_EVENTS.filter(({ to }) => to === target);
  return JOB_STATUSES.filter((status) => leading.some(({ from }) => from.includes(status)));
}

/**
 * Returns whether a status is final, which means that no event leads away from the status.
 *
 * @example
 * import { isFinal } from 'aurastream/schemas';
 *
 * if (isFinal('PROCESSING')) throw new Error('A job in progress can still change.');
 */
export function isFinal(status: JobStatus): boolean {
  return !ALL_EVENTS.some(({ from }) => from.includes(status));
}
