import type { CacheTier, Verdict } from '../../schemas/index.ts';

/** A text whose sentiment is asked for. `language`: a code as the producer gave it, or `auto`. */
export interface AnalysisRequest {
  text: string;
  language: string;
}

export interface Analyzed {
  status: 'analyzed';
  verdict: Verdict;
  language_code: string;
  language_source: 'given' | 'detected';
  cache: CacheTier;
  analyzer: { name: string; version: string };
}

/** The analyzer does not score this language; `und` where it could not even be named. */
export interface UnsupportedLanguage {
  status: 'unsupported_language';
  language_code: string;
  language_source: 'given' | 'detected';
}

/** Nothing but white space. */
export interface Empty {
  status: 'empty';
}

/** A service did not do its part, so there is no verdict. `retryable`: asking again later may help. */
export interface Failed {
  status: 'failed';
  /** The service's own error code, or `MissingResult`. */
  code: string;
  retryable: boolean;
  throttled: boolean;
  /** The analyzer refuses this very text: it has no verdict, and never will. */
  refused?: true;
}

/** What became of one request: each ends as exactly one of these. */
export type AnalysisOutcome = Analyzed | UnsupportedLanguage | Empty | Failed;

/**
 * What one batch took. Each text counts once:
 * texts = empty + unsupported + failed + hits.batch + hits.memory + hits.table + misses.
 */
export interface AnalysisStats {
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
  /** Documents in those calls: chunks of long texts and documents asked again included. */
  documents: number;
  /** Distinct documents that no cache knew, by language: ⌈each / 25⌉ is the least number of calls. */
  asked: Record<string, number>;
  /** Documents asked again because the service failed them alone. */
  retried_documents: number;
  /** Calls, and documents of calls that else succeeded, with which the analyzer asked for fewer. */
  throttles: number;
  /** Failed reads and writes of the cache table; each cost money, none a record. */
  cache_errors: number;
  /** The first of those: service and code. */
  cache_error?: string;
  /** Rows of the cache table that did not parse and were taken as misses. */
  cache_unreadable: number;
}

/**
 * Outcomes in the order of the requests, one each. Never throws because a service failed.
 *
 * @param on_known hears, where the analyzer is asked, of the outcomes that there are, at their places: as soon as it is
 * asked, and when it has answered for all, before the caches are filled. The very same objects are returned.
 */
export type Analyse = (
  requests: AnalysisRequest[],
  on_known?: (known: (AnalysisOutcome | undefined)[], is_all: boolean) => void,
) => Promise<AnalysisOutcome[]>;
