import { TaskGroup } from '../../lib/task-group.ts';
import type { Deadline } from '../deadline.ts';
import { type AnalysisCounts, createAnalysisCounts } from './counts.ts';

/** What one batch passes through the stages of its analysis. */
export interface AnalysisContext {
  /** When the last text is fetched and the last document asked for; absent: no limit. */
  analysis?: Deadline;
  /** When the last write must be done; absent: no limit. */
  delivery?: Deadline;
  counts: AnalysisCounts;
  /** Verdicts on their way to the cache table. Results do not wait for them; the end of the batch does. */
  cache_writes: TaskGroup;
}

/** A context without deadlines. */
export function createAnalysisContext(): AnalysisContext {
  return { counts: createAnalysisCounts(), cache_writes: new TaskGroup() };
}
