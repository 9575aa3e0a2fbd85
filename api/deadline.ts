import { setMaxListeners } from 'node:events';
import type { Deadline } from '../processors/deadline.ts';

/**
 * Longest time that a call to the analyzer waits for its slot of the quota, in milliseconds. A
 * request with 100 texts takes 5 seconds of the default quota. A call that would wait longer fails
 * at once, and the caller may send the text again.
 */
export const LONGEST_WAIT_MS = 8_000;
/**
 * Time after which the API gives up the calls of an analysis, in milliseconds. It is longer than the
 * wait for a slot: if many callers wait, most slots start at the end of the longest wait, and these
 * calls need time for their answers. It is shorter than the timeout of the function, so that the
 * caller gets an answer.
 */
const LONGEST_ANALYSIS_MS = 15_000;

/** The longest wait of a call for its slot, and the time after which calls are given up. */
interface Limits {
  wait_ms: number;
  longest_ms: number;
}

/**
 * Limits of the search for personal data by a service, which comes before the analysis. Both together
 * end before the timeout of the function. A request with 100 texts takes 5 seconds of the default
 * quota.
 */
const SEARCH_LIMITS: Limits = { wait_ms: 6_000, longest_ms: 9_000 };

/**
 * Runs an analysis with its deadline.
 *
 * @param now returns the current time, in epoch milliseconds.
 */
export function withAnalysisDeadline<Value>(
  now: () => number,
  work: (deadline: Deadline) => Promise<Value>,
): Promise<Value> {
  return withDeadline(now, { wait_ms: LONGEST_WAIT_MS, longest_ms: LONGEST_ANALYSIS_MS }, work);
}

/** Runs the search for personal data with its deadline. See {@link withAnalysisDeadline}. */
export function withSearchDeadline<Value>(
  now: () => number,
  work: (deadline: Deadline) => Promise<Value>,
): Promise<Value> {
  return withDeadline(now, SEARCH_LIMITS, work);
}

async function withDeadline<Value>(
  now: () => number,
  { wait_ms, longest_ms }: Limits,
  work: (deadline: Deadline) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  // Remove the limit on listeners, because every call in flight adds a listener and Node.js warns if
  // there are more than ten listeners.
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(), longest_ms);
  try {
    return await work({ at: now() + wait_ms, signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}
