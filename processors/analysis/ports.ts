import type { Scores, Sentiment, ServiceError, Verdict } from '../../schemas/index.ts';

/** What an analyzer says of one document, or why it said nothing. */
export type DocumentOutcome =
  | { ok: true; sentiment: Sentiment; scores: Scores }
  | {
      ok: false;
      code: string;
      retryable: boolean;
      throttled: boolean;
      /** The analyzer refuses this very document, whatever it is asked with. */
      refused?: true;
    };

/** Turns texts into verdicts: Comprehend, or another behind the same port. */
export interface Analyzer {
  name: string;
  /** Changes whenever the same text could get another verdict: it is part of the fingerprint. */
  version: string;
  max_documents: number;
  /** UTF-8 bytes. */
  max_document_bytes: number;
  supports(language_code: string): boolean;
  /**
   * One call: outcomes in the order of the documents, one each.
   *
   * @throws {ServiceError} where the whole call failed.
   */
  detectSentiment(documents: string[], language_code: string): Promise<DocumentOutcome[]>;
}

/** What a cache still knew. */
export interface CacheRead {
  /** Those that are there, unexpired and readable; the others are absent. */
  found: Map<string, Verdict>;
  /** Rows that did not parse: misses, but somebody should know. */
  unreadable: number;
  /** Why some could not be looked up: an outage must never look like cold traffic. */
  error?: ServiceError;
}

/** Verdicts kept by fingerprint across batches and processes. */
export interface VerdictCache {
  /** Reads what it can: a service that fails half-way does not cost what was found before. */
  get(fingerprints: string[]): Promise<CacheRead>;
  /** Keeps what it can. @throws {ServiceError} where any could not be kept. */
  put(verdicts: Map<string, Verdict>): Promise<void>;
}

/** Tells a text's language; `undefined` where it has too little to go by. */
export type LanguageDetector = (text: string) => string | undefined;

/** How fast all who share a quota call together. */
export interface Rate {
  calls_per_second: number;
  /** The rate that was last refused; the quota before any was. */
  refused_at: number;
}

/** When calls may start, as all who share a quota agreed: the first at `starts_at`, the others `interval_ms` apart. */
export interface Slots {
  /** Epoch milliseconds. */
  starts_at: number;
  interval_ms: number;
  rate: Rate;
  /** Epoch milliseconds: when the rate last changed; 0 before it ever did. */
  rate_changed_at: number;
}

/**
 * The one book of a quota that many processes share. All methods are atomic, and may throw a {@link ServiceError}: who
 * cannot read the book goes by a fixed share.
 */
export interface QuotaLedger {
  /**
   * Takes the next free slots; undefined, and nothing is taken, where the first would be later than `latest`.
   *
   * @param latest epoch milliseconds.
   */
  reserve(slots: number, latest: number): Promise<Slots | undefined>;
  /**
   * Changes the rate where it is still `from`, and has been for `settled_ms`: of those who were refused together, one
   * changes it.
   *
   * @param from calls per second.
   */
  change(from: number, to: Rate, settled_ms: number): Promise<void>;
}
