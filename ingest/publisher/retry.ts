import type { Pause } from '../../lib/backoff.ts';

/** How often the publisher tries to send an entry or to store a text, and how long it waits in between. */
export interface RetryPolicy {
  max_attempts: number;
  pause: Pause;
}
