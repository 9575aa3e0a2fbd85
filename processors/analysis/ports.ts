import type { Scores, Sentiment, ServiceError, Verdict } from '../../schemas/index.ts';
import type { Deadline } from '../deadline.ts';

/** An analyzer's answer for one document, or why it has none. */
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

/** Turns texts into verdicts. Its facts come from `ANALYZERS` in schemas/analyzers.ts, through `describeAnalyzer`. */
export interface Analyzer {
  name: string;
  /** A part of the fingerprint. It must change whenever the same text could get another verdict. */
  version: string;
  max_documents: number;
  /** UTF-8 bytes. */
  max_document_bytes: number;
  supports(language_code: string): boolean;
  /**
   * Makes one call and returns one outcome for each document, in their order.
   *
   * @param deadline by which the call must start, for analyzers that may delay it; absent: no limit.
   * @throws {ServiceError} if the whole call failed.
   */
  detectSentiment(
    documents: string[],
    language_code: string,
    deadline?: Deadline,
  ): Promise<DocumentOutcome[]>;
}

/** The verdicts that a cache found. */
export interface CacheRead {
  /** Verdicts that are present, unexpired and readable, by fingerprint. */
  found: Map<string, Verdict>;
  /** Rows that did not parse. They are misses, and are counted. */
  unreadable: number;
  /** Why some lookups failed: an outage must never look like cold traffic. */
  error?: ServiceError;
}

/** Verdicts kept by fingerprint across batches and processes. */
export interface VerdictCache {
  /** Reads the verdicts that it can: a failure half-way keeps the verdicts that were read before it. */
  get(fingerprints: string[]): Promise<CacheRead>;
  /** Writes the verdicts that it can. @throws {ServiceError} if any verdict was not written. */
  put(verdicts: Map<string, Verdict>): Promise<void>;
}

/** Returns a text's language, or `undefined` if the text is too short to tell. */
export type LanguageDetector = (text: string) => string | undefined;

/** The total call rate of all processes that share a quota. */
export interface Rate {
  calls_per_second: number;
  /** The last rate at which the service throttled; the quota before the first throttle. */
  refused_at: number;
}

/** When calls may start: the first at `starts_at`, the others `interval_ms` apart. */
export interface Slots {
  /** Epoch milliseconds. */
  starts_at: number;
  interval_ms: number;
  rate: Rate;
  /** Epoch milliseconds of the last change of the rate; 0 before the first. */
  rate_changed_at: number;
}

/**
 * The shared record of which slots of a quota are taken. All methods are atomic and may throw a {@link ServiceError}:
 * a process that cannot reach the ledger falls back to a fixed share of the quota.
 */
export interface QuotaLedger {
  /**
   * Takes the next free slots. Returns undefined, and takes none, if the first would start after `latest`.
   *
   * @param latest epoch milliseconds.
   */
  reserve(slots: number, latest: number): Promise<Slots | undefined>;
  /**
   * Changes the rate if it is still `from` and has not changed for `settled_ms`: of several processes that were
   * throttled together, one changes it.
   *
   * @param from calls per second.
   */
  change(from: number, to: Rate, settled_ms: number): Promise<void>;
}
