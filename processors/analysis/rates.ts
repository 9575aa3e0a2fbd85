import type { Rate } from './ports.ts';

/**
 * How a shared rate follows what the service bears: additive increase, multiplicative decrease. Source: D. Chiu and
 * R. Jain, "Analysis of the increase and decrease algorithms for congestion avoidance", 1989: it converges to equal
 * shares and full use. As in CUBIC (RFC 9438) the way back is quick up to just below where it was refused, slow around
 * there, and quick beyond: one stray refusal costs little, a real limit is felt for rather than run into, and one that
 * is gone is soon forgotten.
 */
const DECREASE = 0.8;
const QUICK_SHARE = 0.05;
const SLOW_SHARE = 0.005;
const NEAR = 0.95;
const BEYOND = 1.05;
const LEAST_SHARE = 0.05;

/** A rate is raised once in this time at most, and lowered once: what was under way when it changed says nothing of it. */
export const CHANGE_MS = 1_000;

export function lowered({ calls_per_second }: Rate, quota: number): Rate {
  const lower = Math.max(quota * LEAST_SHARE, calls_per_second * DECREASE);
  return { calls_per_second: lower, refused_at: calls_per_second };
}

export function raised({ calls_per_second, refused_at }: Rate, quota: number): Rate {
  const near = refused_at * NEAR;
  const quick = calls_per_second + quota * QUICK_SHARE;
  const slow = calls_per_second + quota * SLOW_SHARE;
  const is_near = calls_per_second >= near && calls_per_second < refused_at * BEYOND;
  const next = is_near ? slow : calls_per_second < near ? Math.min(near, quick) : quick;
  return { calls_per_second: Math.min(quota, next), refused_at };
}

/** A small quota's: others who share it wait for so many calls of one consumer, and a write is a quarter of a request. */
const LEAST_SLOTS = 6;

/** Slots that one write to the ledger takes at most: it is written to 100 times a second where consumers want many. */
export function slotsPerWrite(calls_per_second: number): number {
  return Math.max(LEAST_SLOTS, Math.ceil(calls_per_second / 100));
}
