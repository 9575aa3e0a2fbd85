/** Returns the time until Lambda ends this invocation, in milliseconds. */
export type RemainingMs = () => number;

/**
 * Time that an invocation reserves for its last steps, in milliseconds. The last steps are to store
 * a checkpoint and to request another invocation.
 */
const RESERVE_MS = 20_000;

export function isTimeUp(remaining_ms: RemainingMs): boolean {
  return remaining_ms() <= RESERVE_MS;
}
