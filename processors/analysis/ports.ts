import type { Scores, Sentiment, ServiceError, Verdict } from '../../schemas/index.ts';

/** What an analyzer says of one document, or why it said nothing. */
export type DocumentOutcome =
  | { ok: true; sentiment: Sentiment; scores: Scores }
  | { ok: false; code: string; retryable: boolean; throttled: boolean };

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
