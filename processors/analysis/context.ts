import { TaskGroup } from '../../lib/task-group.ts';
import type { Deadline } from '../deadline.ts';
import { type AnalysisCounts, createAnalysisCounts } from './counts.ts';

/** The deadlines, counts and pending writes of one batch. Every stage of its analysis gets them. */
export interface AnalysisContext {
  /** The latest time for fetching texts and for calling the analyzer; absent: no limit. */
  analysis?: Deadline;
  /** The latest time for writes; absent: no limit. */
  delivery?: Deadline;
  counts: AnalysisCounts;
  /** Pending writes to the cache table. Results do not wait for them, but the batch ends after them. */
  cache_writes: TaskGroup;
}

/** A context without deadlines. */
export function createAnalysisContext(): AnalysisContext {
  return { counts: createAnalysisCounts(), cache_writes: new TaskGroup() };
}
