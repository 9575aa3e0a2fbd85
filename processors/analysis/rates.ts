import type { Rate } from './ports.ts';

/**
 * How a shared rate follows the capacity of the service: additive increase, multiplicative decrease, which converges to
 * equal shares and full use. Source: D. Chiu and R. Jain, "Analysis of the increase and decrease algorithms for
 * congestion avoidance", 1989. As in CUBIC (RFC 9438), the rate rises quickly to just below the rate that was last
 * refused, slowly around it, and quickly beyond. So a single throttle costs little, the rate nears
 * a real limit slowly, and soon exceeds a limit that no longer exists.
 */
const DECREASE = 0.8;
const QUICK_SHARE = 0.05;
const SLOW_SHARE = 0.005;
const NEAR = 0.95;
const BEYOND = 1.05;
const LEAST_SHARE = 0.05;

/** The shortest time between two changes of the rate. Calls that were in flight at a change still show the old rate. */
export const CHANGE_MS = 1_000;

export function lowerRate({ calls_per_second }: Rate, quota: number): Rate {
  const lower = Math.max(quota * LEAST_SHARE, calls_per_second * DECREASE);
  return { calls_per_second: lower, refused_at: calls_per_second };
}

export function raiseRate({ calls_per_second, refused_at }: Rate, quota: number): Rate {
  const near = refused_at * NEAR;
  const quick = calls_per_second + quota * QUICK_SHARE;
  const slow = calls_per_second + quota * SLOW_SHARE;
  const is_near = calls_per_second >= near && calls_per_second < refused_at * BEYOND;
  const next = is_near ? slow : calls_per_second < near ? Math.min(near, quick) : quick;
  return { calls_per_second: Math.min(quota, next), refused_at };
}

/** The slots of one write when the quota is small. */
const LEAST_SLOTS = 6;

/** The most slots that one write to the ledger takes. A large quota then needs about 100 writes a second. */
export function slotsPerWrite(calls_per_second: number): number {
  return Math.max(LEAST_SLOTS, Math.ceil(calls_per_second / 100));
}
