// This file must not import zod, because the client imports it and runs in browsers.

/**
 * The statuses of a job, in their order.
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
 * One of {@link JOB_STATUSES}.
 *
 * @example
 * import type { JobStatus } from 'aurastream/schemas';
 *
 * const status: JobStatus = 'COMPLETED_WITH_ERRORS';
 */
export type JobStatus = (typeof JOB_STATUSES)[number];

/**
 * The life of a job. PENDING: its input has not arrived, or is not counted. PROCESSING: its records are counted, and
 * are being published and analysed. All other statuses are final. Each event leads from any of its `from` statuses to
 * one status. The transition is a conditional write to the jobs table, so only one of several concurrent writers
 * succeeds.
 */
export const JOB_EVENTS = {
  /** The submission has counted the input: ingest/submission/count-records.ts. */
  input_counted: { from: ['PENDING'], to: 'PROCESSING' },
  /** The submission cannot use the input: ingest/submission/submit.ts. */
  input_unusable: { from: ['PENDING', 'PROCESSING'], to: 'FAILED' },
  /** The consumer or the submission has counted the last record: jobs/progress.ts. */
  all_records_succeeded: { from: ['PROCESSING'], to: 'COMPLETED' },
  /** The last record is counted, and at least one record failed or was set aside: jobs/progress.ts. */
  some_records_failed: { from: ['PROCESSING'], to: 'COMPLETED_WITH_ERRORS' },
  /** The sweeper finds the job still open at its deadline: jobs/sweep.ts. */
  deadline_passed: { from: ['PENDING', 'PROCESSING'], to: 'FAILED' },
  /** The caller cancels the job: api/routes/jobs.ts. */
  cancelled_by_caller: { from: ['PENDING', 'PROCESSING'], to: 'CANCELLED' },
} as const satisfies Record<string, { from: readonly JobStatus[]; to: JobStatus }>;

export type JobEvent = keyof typeof JOB_EVENTS;

const ALL_EVENTS: readonly { from: readonly JobStatus[]; to: JobStatus }[] =
  Object.values(JOB_EVENTS);

/** The statuses from which an event leads to this one. */
export function listStatusesBefore(target: JobStatus): JobStatus[] {
  const leading = ALL_EVENTS.filter(({ to }) => to === target);
  return JOB_STATUSES.filter((status) => leading.some(({ from }) => from.includes(status)));
}

/**
 * Whether no event leads away from this status.
 *
 * @example
 * import { isFinal } from 'aurastream/schemas';
 *
 * if (isFinal('PROCESSING')) throw new Error('A job in progress can still change.');
 */
export function isFinal(status: JobStatus): boolean {
  return !ALL_EVENTS.some(({ from }) => from.includes(status));
}
