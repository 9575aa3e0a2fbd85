import type { Result, SetAside } from '../../schemas/index.ts';

/**
 * An entry that a store did not store. `index` is the index of the entry in the array that was
 * passed to `put`. All entries without a failure are stored.
 */
export interface PutFailure {
  index: number;
  /** Error code of the service. */
  code: string;
  retryable: boolean;
  throttled: boolean;
}

/**
 * A durable store. Putting the same entry twice has the same effect for readers as putting the
 * entry once.
 */
interface Store<Entry> {
  /**
   * Puts as many entries as possible and returns the failures. A put without entries makes no call.
   *
   * @throws {ServiceError} if no entry could be stored.
   */
  put(entries: Entry[]): Promise<PutFailure[]>;
}

/**
 * Stores one row for each record. The row holds the highest version of the record, regardless of
 * the order of arrival. A put must not contain two results of the same record. The results table
 * and the lake both leave out a text that is too long, but store the hash and the size of the text.
 */
export type ResultsTable = Store<Result>;

/** The store that SQL queries read. The lake may contain the same line more than once. */
export type Lake = Store<Result>;

/** Stores bad records with their bytes, as one object for each position on the stream. */
export type SetAsides = Store<SetAside>;

/**
 * Reads texts that are too long for the stream. The record on the stream has the hash of the text.
 */
export interface TextClaims {
  /**
   * Returns a text of a tenant, or undefined if the text does not exist.
   *
   * @param sha256 SHA-256 of the text in UTF-8, in hexadecimal digits.
   * @throws {ServiceError} if the text could not be read.
   */
  get(tenant: string, sha256: string): Promise<string | undefined>;
}

/**
 * The reason why a record has neither a result nor a set-aside. Lambda delivers such a record
 * again.
 */
export interface Failure {
  stage:
    | 'decode'
    | 'restore_key'
    | 'claims'
    | 'analysis'
    | 'results_table'
    | 'lake'
    | 'set_asides'
    | 'progress';
  code: string;
}

/** A record or sub-record that failed. */
export interface Failed extends Failure {
  /** Sequence number of the stream record that was delivered. */
  delivered_as: string;
}
