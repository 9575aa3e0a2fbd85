/** Returns the time until Lambda ends this invocation, in milliseconds. */
export type RemainingMs = () => number;

/**
 * Time that is reserved at the end of an invocation for storing the last checkpoint and for
 * requesting another invocation, in milliseconds.
 */
const RESERVE_MS = 20_000;

export function isTimeUp(remaining_ms: RemainingMs): boolean {
  return remaining_ms() <= RESERVE_MS;
}
