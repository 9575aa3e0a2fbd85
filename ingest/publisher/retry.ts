import type { Pause } from '../../lib/backoff.ts';

/**
 * Controls the attempts to send an entry or to store a text. `max_attempts` is the maximum number
 * of attempts. `pause` waits between two attempts.
 */
export interface RetryPolicy {
  max_attempts: number;
  pause: Pause;
}
