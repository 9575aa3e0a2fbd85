import type { AnalysisOutcome, AnalysisStats } from './outcome.ts';

/** What a batch has taken so far: counted while it runs. */
export type Effort = Pick<
  AnalysisStats,
  | 'calls'
  | 'documents'
  | 'asked'
  | 'retried_documents'
  | 'throttles'
  | 'cache_errors'
  | 'cache_error'
  | 'cache_unreadable'
>;

export function noEffort(): Effort {
  return {
    calls: 0,
    documents: 0,
    asked: {},
    retried_documents: 0,
    throttles: 0,
    cache_errors: 0,
    cache_unreadable: 0,
  };
}

/** Counts outcomes, each once, beside what they took. */
export function tally(outcomes: AnalysisOutcome[], effort: Effort): AnalysisStats {
  const hits = { batch: 0, memory: 0, table: 0 };
  const counts = { empty: 0, unsupported: 0, failed: 0, misses: 0 };
  const failure_code = outcomes.find((outcome) => outcome.status === 'failed')?.code;
  for (const outcome of outcomes) {
    if (outcome.status === 'empty') counts.empty += 1;
    else if (outcome.status === 'unsupported_language') counts.unsupported += 1;
    else if (outcome.status === 'failed') counts.failed += 1;
    else if (outcome.cache === 'miss') counts.misses += 1;
    else hits[outcome.cache] += 1;
  }
  return {
    texts: outcomes.length,
    ...counts,
    ...(failure_code === undefined ? {} : { failure_code }),
    hits,
    ...effort,
  };
}
