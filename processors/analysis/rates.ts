import type { Rate } from './ports.ts';

/**
 * Parameters by which a shared rate adapts to the capacity of the service. The rate increases
 * additively and decreases multiplicatively, because this rule converges to equal shares and full
 * use of the capacity. As in CUBIC (RFC 9438), the size of an increase depends on the rate of the
 * last throttled call. Near that rate, the increases are small. Below and above that rate, the
 * increases are large. Therefore a single throttled call costs little capacity, the rate approaches
 * a real limit slowly, and the rate soon exceeds a limit that no longer exists.
 * Source: D. Chiu and R. Jain, "Analysis of the increase and decrease algorithms for congestion
 * avoidance", 1989.
 */
const DECREASE = 0.8;
const QUICK_SHARE = 0.1;
const SLOW_SHARE = 0.005;
const NEAR = 0.95;
const BEYOND = 1.05;
const LEAST_SHARE = 0.05;

/**
 * Minimum time between two changes of the rate, in milliseconds. Calls that started before a change
 * still show the effect of the old rate. The minimum gives these calls time to return.
 */
export const CHANGE_MS = 1_000;

/**
 * Minimum time between a change of the rate and the next increase, in milliseconds. The time is
 * longer than before a decrease, because a rate slightly above the capacity lets most calls
 * succeed. If both had to wait equally long, a success would nearly always come before a throttled
 * call, and the rate would stay too high.
 */
export const RAISE_MS = 3_000;

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

/**
 * Smallest value that `slotsPerWrite` returns. The function returns this value for rates of up to
 * 600 calls per second.
 */
const LEAST_SLOTS = 6;

/**
 * Returns the maximum number of slots that one write to the ledger takes. At rates above 600 calls
 * per second, all processes together therefore need about 100 writes per second.
 */
export function slotsPerWrite(calls_per_second: number): number {
  return Math.max(LEAST_SLOTS, Math.ceil(calls_per_second / 100));
}
