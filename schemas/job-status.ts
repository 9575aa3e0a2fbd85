// Without zod: the client runs in browsers and imports this file at run time.

/**
 * Every status of a job, in the order in which a job may have them.
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
 * Where a job may go from where it is. PENDING: its input is not there, or not counted. PROCESSING: its records are
 * counted, and on their way. The others are final.
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
 * True of a status that a job never leaves.
 *
 * @example
 * import { isFinal } from 'aurastream/schemas';
 *
 * if (isFinal('PROCESSING')) throw new Error('A job in progress can still change.');
 */
export function isFinal(status: JobStatus): boolean {
  return JOB_TRANSITIONS[status].length === 0;
}

/** The states from which a job may go to this one. */
export function statesBefore(status: JobStatus): JobStatus[] {
  return JOB_STATUSES.filter((from) => JOB_TRANSITIONS[from].includes(status));
}
