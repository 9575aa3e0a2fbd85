import { setMaxListeners } from 'node:events';
import { type AnalysisContext, createAnalysisContext } from '../analysis/context.ts';
import type { Deadline } from '../deadline.ts';
import { BatchTally } from './tally.ts';

/** The state of one batch, which every stage of the consumer receives. */
export interface BatchContext extends AnalysisContext {
  request_id: string;
  analysis: Deadline;
  delivery: Deadline;
  tally: BatchTally;
}

/**
 * Deadlines of the analysis and of the delivery, as shares of the remaining time of the invocation.
 * Both deadlines are earlier than the timeout of the function, because Lambda stops a function at
 * its timeout and the whole batch then fails. If a call misses a deadline, only the records of the
 * call fail, and all known results are still delivered.
 */
const ANALYSIS_SHARE = 0.8;
const DELIVERY_SHARE = 0.95;

export interface Invocation {
  request_id: string;
  /** Time until the timeout of the invocation, in milliseconds. */
  remaining_ms: number;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the context of one batch, runs the work with the context, and clears the timers of the
 * deadlines afterwards.
 */
export async function withBatchContext<Value>(
  { request_id, remaining_ms, now }: Invocation,
  work: (context: BatchContext) => Promise<Value>,
): Promise<Value> {
  const analysis = startDeadline(now(), remaining_ms * ANALYSIS_SHARE);
  const delivery = startDeadline(now(), remaining_ms * DELIVERY_SHARE);
  const tally = new BatchTally();
  try {
    return await work({ ...createAnalysisContext(), request_id, analysis, delivery, tally });
  } finally {
    analysis.clear();
    delivery.clear();
  }
}

function startDeadline(from: number, left_ms: number): Deadline & { clear: () => void } {
  const controller = new AbortController();
  // Remove the limit on listeners, because every call in flight adds a listener and Node.js warns
  // if there are more than ten listeners.
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(), left_ms);
  return { at: from + left_ms, signal: controller.signal, clear: () => clearTimeout(timer) };
}
