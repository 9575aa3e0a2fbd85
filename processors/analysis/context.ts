import { TaskGroup } from '../../lib/task-group.ts';
import type { Deadline } from '../deadline.ts';
import { type AnalysisCounts, createAnalysisCounts } from './counts.ts';

/**
 * The deadlines, the counts and the pending cache writes of one batch. Every stage of the analysis
 * of the batch receives the same context.
 */
export interface AnalysisContext {
  /**
   * Deadline for fetching texts and for calling the analyzer. If the deadline is undefined, there
   * is no time limit.
   */
  analysis?: Deadline;
  /** Deadline for writes. If the deadline is undefined, there is no time limit. */
  delivery?: Deadline;
  counts: AnalysisCounts;
  /**
   * Pending writes to the cache table, and refunds to budgets. Results are delivered without waiting for these writes, but
   * the batch ends only after these writes have ended.
   */
  cache_writes: TaskGroup;
}

/** Creates a context without deadlines and with all counts at zero. */
export function createAnalysisContext(): AnalysisContext {
  return { counts: createAnalysisCounts(), cache_writes: new TaskGroup() };
}
