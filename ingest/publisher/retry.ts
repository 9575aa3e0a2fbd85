import type { Pause } from '../../lib/backoff.ts';

/**
 * Maximum number of attempts to send an entry or to store a text, and the pause between two
 * attempts.
 */
export interface RetryPolicy {
  max_attempts: number;
  pause: Pause;
}
