import type { AnalysisOutcome } from './outcome.ts';

/**
 * Counts of outcomes and calls in the analysis of a batch. Each text has exactly one outcome.
 * Therefore texts = empty + unsupported + failed + hits.batch + hits.memory + hits.table + misses.
 */
export interface AnalysisCounts {
  texts: number;
  empty: number;
  unsupported: number;
  failed: number;
  /** Number of failed texts for which no tenant could pay. */
  over_budget: number;
  /** Number of failed calls to the ledger of budgets. */
  budget_errors: number;
  /** Error code of the first failed text. */
  failure_code?: string;
  hits: { batch: number; memory: number; table: number };
  /** Number of distinct texts that the analyzer scored. */
  misses: number;
  /** Number of calls to the analyzer. */
  calls: number;
  /**
   * Number of documents in all calls to the analyzer, including chunks of long texts and documents
   * that were sent again.
   */
  documents: number;
  /** Number of units that the analyzer bills for the documents that it scored. */
  units: number;
  /**
   * Number of distinct documents that were in no cache, by language code. If the analyzer accepts
   * 25 documents per call, a language with n such documents takes at least ⌈n / 25⌉ calls.
   */
  asked: Record<string, number>;
  /** Number of documents that failed in a successful call and were therefore sent again. */
  retried_documents: number;
  /** Number of throttled calls, plus the number of throttled documents in successful calls. */
  throttles: number;
  /**
   * Number of failed reads and writes of the cache table. Such a failure causes additional calls to
   * the analyzer, but does not make a record fail.
   */
  cache_errors: number;
  /** Service name and error code of the first cache error. */
  cache_error?: string;
  /**
   * Number of rows of the cache table that did not match the schema and were treated as cache
   * misses.
   */
  cache_unreadable: number;
}

export function createAnalysisCounts(): AnalysisCounts {
  return {
    texts: 0,
    empty: 0,
    unsupported: 0,
    failed: 0,
    over_budget: 0,
    budget_errors: 0,
    hits: { batch: 0, memory: 0, table: 0 },
    misses: 0,
    calls: 0,
    documents: 0,
    units: 0,
    asked: {},
    retried_documents: 0,
    throttles: 0,
    cache_errors: 0,
    cache_unreadable: 0,
  };
}

/** Adds outcomes to the counts, and returns the outcomes unchanged. */
export function countOutcomes<Request>(
  counts: AnalysisCounts,
  settled: [Request, AnalysisOutcome][],
): [Request, AnalysisOutcome][] {
  for (const [, outcome] of settled) countOutcome(counts, outcome);
  return settled;
}

function countOutcome(counts: AnalysisCounts, outcome: AnalysisOutcome): void {
  counts.texts += 1;
  if (outcome.status === 'empty') counts.empty += 1;
  else if (outcome.status === 'unsupported_language') counts.unsupported += 1;
  else if (outcome.status === 'failed') {
    counts.failed += 1;
    if (outcome.over_budget !== undefined) counts.over_budget += 1;
    counts.failure_code ??= outcome.code;
  } else if (outcome.cache === 'miss') counts.misses += 1;
  else counts.hits[outcome.cache] += 1;
}
