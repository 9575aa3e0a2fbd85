/** Time that is left to this invocation, in milliseconds. */
export type RemainingMs = () => number;

/** Enough to write a checkpoint and to ask for another invocation. */
const RESERVE_MS = 20_000;

export function isTimeUp(remaining_ms: RemainingMs): boolean {
  return remaining_ms() <= RESERVE_MS;
}
