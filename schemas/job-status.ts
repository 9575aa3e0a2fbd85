// Without zod: the client runs in browsers and imports this file at run time.

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
 * The transitions of a job. PENDING: its input has not arrived or is not counted. PROCESSING: its records are counted
 * and in flight. The other statuses are final.
 */
export const JOB_TRANSITIONS: Record<JobStatus, readonly JobStatus[]> = {
  PENDING: ['PROCESSING', 'FAILED', 'CANCELLED'],
  PROCESSING: ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'],
  COMPLETED: [],
  COMPLETED_WITH_ERRORS: [],
  FAILED: [],
  CANCELLED: [],
};

/**
 * Whether a job stays in this status for good.
 *
 * @example
 * import { isFinal } from 'aurastream/schemas';
 *
 * if (isFinal('PROCESSING')) throw new Error('A job in progress can still change.');
 */
export function isFinal(status: JobStatus): boolean {
  return JOB_TRANSITIONS[status].length === 0;
}

/** Lists the statuses from which a job can change to this one. */
export function listStatusesBefore(status: JobStatus): JobStatus[] {
  return JOB_STATUSES.filter((from) => JOB_TRANSITIONS[from].includes(status));
}
