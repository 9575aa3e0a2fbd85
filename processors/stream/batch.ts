import { setMaxListeners } from 'node:events';
import { type AnalysisContext, createAnalysisContext } from '../analysis/context.ts';
import type { Deadline } from '../deadline.ts';
import { BatchTally } from './tally.ts';

/** The state of one batch, which every stage gets. */
export interface BatchContext extends AnalysisContext {
  request_id: string;
  analysis: Deadline;
  delivery: Deadline;
  tally: BatchTally;
}

/**
 * Deadlines, as shares of the invocation's remaining time. If the function takes longer, Lambda kills it and the whole
 * batch fails. So calls must end earlier: their records then fail alone, and all known results are still delivered.
 */
const ANALYSIS_SHARE = 0.8;
const DELIVERY_SHARE = 0.95;

export interface Invocation {
  request_id: string;
  /** How long the invocation may still take. */
  remaining_ms: number;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Runs the work of one batch, and clears its timers afterwards. */
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
  // Every call in flight adds a listener, and Node warns if there are more than ten.
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(), left_ms);
  return { at: from + left_ms, signal: controller.signal, clear: () => clearTimeout(timer) };
}
