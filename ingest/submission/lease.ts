import type { Lease } from '../../schemas/index.ts';
import type { RemainingMs } from './deadline.ts';

/**
 * Time that a lease covers after the latest end of the invocation, in milliseconds. The message for
 * the next invocation may wait in the queue for this time before the sweeper sends another message.
 * The time also covers clocks that differ by up to a minute.
 */
const HANDOVER_MS = 3 * 60_000;

/** The lease of one invocation, which each checkpoint extends. */
export interface HeldLease {
  /** Returns the lease as it is if it is extended now. */
  extend: () => Lease;
}

/**
 * Creates the lease of an invocation. The lease ends after the invocation, because only then may
 * another invocation take over: if both published records, each record would be published twice.
 */
export function createLease(
  owner: string,
  now: () => number,
  remaining_ms: RemainingMs,
): HeldLease {
  return {
    extend: () => ({
      owner,
      until: new Date(now() + remaining_ms() + HANDOVER_MS).toISOString(),
    }),
  };
}
