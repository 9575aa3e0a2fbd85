import type { Decision, ProcessedPosition, Result, SetAside } from '../../schemas/index.ts';

/**
 * An entry that a store did not store. `index` is the index of the entry in the array that was
 * passed to `put`. All entries without a failure are stored.
 */
export interface PutFailure extends Rejection {
  index: number;
}

/** Why a store did not store an entry. */
export interface Rejection {
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

/** A result to put into the results table, with all that orders it among those of its record. */
export interface ResultEntry {
  result: Result;
  /** Orders results of the same stamp. See `derivePlace`. */
  place: string;
  /** True if the producer gave the time of creation. */
  is_creation_given: boolean;
}

/** The effect of a put on one result. */
export interface RowOutcome {
  /**
   * `written`: the row has the result. `unchanged`: the row said the same before. `not_newer`: the
   * row had a newer result. `superseded`: the row has a newer result of the same put.
   */
  outcome: Decision['outcome'] | 'superseded';
  /** The row after the put. */
  row: Result;
}

/**
 * Stores one row for each record. The function `decide` says which result the row holds, regardless
 * of the order of arrival. The results table and the lake both leave out a text that is too long,
 * but store the hash and the size of the text.
 */
export interface ResultsTable {
  /**
   * Puts results and says for each, in their order, what the table did with it. If one result of a
   * record fails, all results of the record in this put fail. A put without results makes no call.
   *
   * @throws {ServiceError} if no result could be stored.
   */
  put(entries: ResultEntry[]): Promise<(RowOutcome | Rejection)[]>;
}

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
    | 'privacy'
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

/** Remembers how far each shard has been processed. */
export interface ProcessedPositions {
  /**
   * Moves the position of a shard forward. Does nothing if a later position is stored.
   *
   * @throws {ServiceError} if the call fails.
   */
  put(position: ProcessedPosition): Promise<void>;
}
