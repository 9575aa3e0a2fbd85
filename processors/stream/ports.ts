import type { Result, SetAside, StreamPosition } from '../../schemas/index.ts';

/** An entry that a store refused, by its index among the entries of the put. The store keeps the others. */
export interface PutFailure {
  index: number;
  /** The service's own error code. */
  code: string;
  retryable: boolean;
  throttled: boolean;
}

/** A durable store. Puts are idempotent for readers. */
interface Store<Entry> {
  /**
   * Puts all entries it can and returns the failures. A put of no entries makes no call.
   *
   * @throws {ServiceError} if it could keep no entry.
   */
  put(entries: Entry[]): Promise<PutFailure[]>;
}

/**
 * Keeps one row per record: its highest version, in whatever order versions arrive. A put must not contain a record
 * twice. The table and the lake leave out a text that is too long, and keep its hash and size.
 */
export type ResultsTable = Store<Result>;

/** The store that SQL queries read. It may hold a line more than once. */
export type Lake = Store<Result>;

/** Keeps bad records with their bytes, one object per position on the stream. */
export type SetAsides = Store<SetAside>;

/** Texts that are too long for the stream. The stream carries their hash. */
export interface TextClaims {
  /**
   * @param sha256 of the text in UTF-8, in hex.
   * @returns undefined if the text does not exist.
   * @throws {ServiceError}
   */
  get(tenant: string, sha256: string): Promise<string | undefined>;
}

/** Why a record has neither a result nor a set-aside. Lambda delivers it again. */
export interface Failure {
  stage: 'claims' | 'analysis' | 'results_table' | 'lake' | 'set_asides' | 'progress';
  code: string;
}

/** A record or sub-record that failed. */
export interface Failed extends Failure {
  position: StreamPosition;
}
