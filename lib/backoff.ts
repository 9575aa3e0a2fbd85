import { sleep } from './sleep.ts';

export interface BackoffOptions {
  /**
   * Factor of the upper limit of a pause, in milliseconds. After attempt `n`, the pause is random
   * and lasts at most `first_ms × 2ⁿ`. Default 50.
   */
  first_ms?: number;
  /** Maximum length of every pause, in milliseconds. Default 5,000. */
  longest_ms?: number;
  /** Returns a random number from 0 (inclusive) to 1 (exclusive). */
  random?: () => number;
}

/**
 * Waits before the next attempt. `attempt` is the number of the attempt that has just failed,
 * counted from 1.
 */
export type Pause = (attempt: number) => Promise<void>;

/**
 * Returns the time to wait before the next attempt, in milliseconds. The time follows exponential
 * backoff with full jitter, as AWS recommends. The jitter prevents callers that were throttled at
 * the same time from retrying at the same time.
 */
export function backoffDelay(attempt: number, options: BackoffOptions = {}): number {
  const { first_ms = 50, longest_ms = 5_000, random = Math.random } = options;
  return random() * Math.min(longest_ms, first_ms * 2 ** attempt);
}

/** Creates a function that waits for the time that {@link backoffDelay} returns. */
export function createPause(options?: BackoffOptions): Pause {
  return (attempt) => sleep(backoffDelay(attempt, options));
}
