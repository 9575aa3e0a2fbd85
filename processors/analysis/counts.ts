import type { AnalysisOutcome } from './outcome.ts';

/**
 * Counts of the outcomes of a batch's analysis, and of the calls that it took. Each text counts once:
 * texts = empty + unsupported + failed + hits.batch + hits.memory + hits.table + misses.
 */
export interface AnalysisCounts {
  texts: number;
  empty: number;
  unsupported: number;
  failed: number;
  /** The first failure's code. */
  failure_code?: string;
  hits: { batch: number; memory: number; table: number };
  /** Distinct texts that the analyzer scored. */
  misses: number;
  /** Calls to the analyzer. */
  calls: number;
  /** Documents in those calls, including chunks of long texts and retried documents. */
  documents: number;
  /** Distinct documents that were in no cache, by language. A language with n of them takes at least ⌈n / 25⌉ calls. */
  asked: Record<string, number>;
  /** Documents that were sent again because they failed in a successful call. */
  retried_documents: number;
  /** Throttled calls, and throttled documents of calls that succeeded otherwise. */
  throttles: number;
  /** Failed reads and writes of the cache table. They cost further calls to the analyzer, but no record. */
  cache_errors: number;
  /** The first cache error: service and code. */
  cache_error?: string;
  /** Rows of the cache table that did not parse and were treated as misses. */
  cache_unreadable: number;
}

export function createAnalysisCounts(): AnalysisCounts {
  return {
    texts: 0,
    empty: 0,
    unsupported: 0,
    failed: 0,
    hits: { batch: 0, memory: 0, table: 0 },
    misses: 0,
    calls: 0,
    documents: 0,
    asked: {},
    retried_documents: 0,
    throttles: 0,
    cache_errors: 0,
    cache_unreadable: 0,
  };
}

/** Adds outcomes to the counts, and returns the outcomes. */
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
    counts.failure_code ??= outcome.code;
  } else if (outcome.cache === 'miss') counts.misses += 1;
  else counts.hits[outcome.cache] += 1;
}
