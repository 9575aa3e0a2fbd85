import type { Scores, Sentiment, ServiceError, Verdict } from '../../schemas/index.ts';
import type { Deadline } from '../deadline.ts';

/**
 * The analyzer's outcome for one document, which is either a verdict or the reason why the document
 * has no verdict.
 */
export type DocumentOutcome =
  | { ok: true; sentiment: Sentiment; scores: Scores }
  | {
      ok: false;
      code: string;
      retryable: boolean;
      throttled: boolean;
      /** True if the analyzer refuses this document in every call. */
      refused?: true;
    };

/**
 * Turns texts into verdicts. The function `describeAnalyzer` returns all properties except
 * `detectSentiment`. See schemas/analyzers.ts.
 */
export interface Analyzer {
  name: string;
  /**
   * Version of the analyzer, which is a part of each fingerprint. The version must change whenever
   * the analyzer may give a different verdict for the same text.
   */
  version: string;
  max_documents: number;
  /** Maximum size of one document, in bytes of UTF-8. */
  max_document_bytes: number;
  supports(language_code: string): boolean;
  /**
   * Makes one call and returns one outcome for each document, in the order of the documents.
   *
   * @param deadline latest start of the call. Only analyzers that delay calls use the deadline. If
   * the deadline is undefined, there is no limit.
   * @throws {ServiceError} if the whole call failed. If the service refuses one of the documents and
   * does not name it, `refuses_input` is true.
   */
  detectSentiment(
    documents: string[],
    language_code: string,
    deadline?: Deadline,
  ): Promise<DocumentOutcome[]>;
}

/** The result of reading verdicts from a cache. */
export interface CacheRead {
  /** Verdicts that exist, have not expired and match the schema, by fingerprint. */
  found: Map<string, Verdict>;
  /** Number of rows that did not match the schema. These rows count as cache misses. */
  unreadable: number;
  /**
   * Error of a failed lookup, or undefined if all lookups succeeded. The error is returned because
   * callers must be able to distinguish an outage of the cache from cache misses.
   */
  error?: ServiceError;
}

/** Stores verdicts by fingerprint, for all batches and all processes. */
export interface VerdictCache {
  /**
   * Reads as many verdicts as possible. If some lookups fail, the verdicts of the successful
   * lookups are still returned.
   */
  get(fingerprints: string[]): Promise<CacheRead>;
  /**
   * Writes as many verdicts as possible.
   *
   * @throws {ServiceError} if at least one verdict was not written.
   */
  put(verdicts: Map<string, Verdict>): Promise<void>;
}

/** The call rate of all processes together. The rate is at most the shared quota. */
export interface Rate {
  calls_per_second: number;
  /**
   * Last rate at which the service throttled a call, in calls per second. Before the first
   * throttled call, the value is the quota.
   */
  refused_at: number;
}

/**
 * A series of times at which calls may start. The first call may start at `starts_at`, and each
 * further call may start `interval_ms` milliseconds after the previous call.
 */
export interface Slots {
  /** Number of slots, at most the number that was asked for. */
  count: number;
  /** Start of the first slot, in epoch milliseconds. */
  starts_at: number;
  interval_ms: number;
  rate: Rate;
  /**
   * Start of the first slot after the last change of the rate, in epoch milliseconds. Before the
   * first change, the value is 0.
   */
  rate_changed_at: number;
  /**
   * True if the process took the slots without the ledger. A throttled call then says nothing about
   * the shared rate, because the other processes use the whole quota at the same time.
   */
  is_fallback?: true;
}

/**
 * Stores which slots of a quota are taken. All processes that share the quota use the same ledger.
 * All methods are atomic and may throw a {@link ServiceError}. A process that cannot reach the
 * ledger uses a fixed share of the quota instead.
 */
export interface QuotaLedger {
  /**
   * Takes the next free slots. If the first slot would start after `latest`, the method takes no
   * slot and returns undefined. The ledger of bulk calls waits until live calls leave slots over.
   *
   * @param slots largest number of slots.
   * @param latest latest start of the first slot, in epoch milliseconds.
   */
  reserve(slots: number, latest: number): Promise<Slots | undefined>;
  /**
   * Changes the rate if the current rate is still `from` and has not changed for `settled_ms`
   * milliseconds. If several processes are throttled at the same time, this condition lets only one
   * process change the rate.
   *
   * @param from expected current rate, in calls per second.
   */
  change(from: number, to: Rate, settled_ms: number): Promise<void>;
}
