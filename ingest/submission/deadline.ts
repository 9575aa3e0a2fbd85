/** The time left in this invocation, in milliseconds. */
export type RemainingMs = () => number;

/** Less time than this is kept for a last checkpoint and for requesting another invocation. */
const RESERVE_MS = 20_000;

export function isTimeUp(remaining_ms: RemainingMs): boolean {
  return remaining_ms() <= RESERVE_MS;
}
