import { sleep } from './sleep.ts';

export interface BackoffOptions {
  /** The ceiling doubles with every attempt, from twice this value after the first. Default 50. */
  first_ms?: number;
  /** The ceiling never exceeds this value. Default 5,000. */
  longest_ms?: number;
  /** From 0 to 1, exclusive. */
  random?: () => number;
}

/** Waits before the next attempt. `attempt` counts from 1: the attempt that has just failed. */
export type Pause = (attempt: number) => Promise<void>;

/**
 * Milliseconds to wait before the next attempt: exponential backoff with full jitter, as AWS recommends, so that
 * callers which were throttled together do not return together.
 */
export function backoffDelay(attempt: number, options: BackoffOptions = {}): number {
  const { first_ms = 50, longest_ms = 5_000, random = Math.random } = options;
  return random() * Math.min(longest_ms, first_ms * 2 ** attempt);
}

/** Returns a {@link Pause} that waits for {@link backoffDelay}. */
export function createPause(options?: BackoffOptions): Pause {
  return (attempt) => sleep(backoffDelay(attempt, options));
}
