/** A raw object of the lake whose lines are not in the table `results` yet. */
export interface RawObject {
  /** Key of the object in the lake's bucket. The key contains the hour of the object's partition. */
  key: string;
  /** Days of the lines to merge, such as `2026-11-27`, in order. No day is there twice. */
  days: string[];
  /** Size of the object in bytes, as stored. */
  bytes: number;
  /** Whether a line of the object withdraws a record. */
  has_withdrawals: boolean;
  /** When the keeper learned of the object, in epoch milliseconds. */
  found_at: number;
  /** Number of statements that have failed to merge the object. */
  failures: number;
  /** Before this time the keeper does not try the object again. In epoch milliseconds. */
  retry_at: number;
}

/** Names of the times that the keeper remembers. */
export type KeptTime =
  | 'withdrawn'
  /** When the last line came that withdraws a record without a row, and when the last search began. */
  | 'unseen_withdrawn'
  | 'unseen_searched'
  | 'rewriting_started'
  | 'maintained'
  | 'counts_checked'
  | 'counts_first_asked';

/**
 * The raw objects that wait to be merged, and what the keeper must remember of those that are merged.
 * Each method throws a {@link ServiceError} if a call fails.
 */
export interface Manifest {
  /**
   * Adds an object. Does nothing if the object waits already, or if it has been merged: S3 may announce
   * an object twice, and announces an object again that the keeper itself has rewritten.
   */
  add(object: RawObject): Promise<void>;
  /** Returns whether an object waits or has been merged. */
  has(key: string): Promise<boolean>;
  /** Returns the objects that wait, in the order of their keys, but no more than `limit`. */
  list(limit: number): Promise<RawObject[]>;
  /**
   * Notes that the objects have been merged, that their days have changed, and whether records were
   * withdrawn.
   */
  complete(objects: RawObject[]): Promise<void>;
  /** Notes that records of these days were withdrawn by another statement than a merge. */
  noteChanges(days: string[]): Promise<void>;
  /** Notes that a statement failed. Objects that do not wait any more are left alone. */
  postpone(objects: RawObject[], retry_at: number): Promise<void>;
  /** Returns the days that have changed since they were optimised, in order. */
  changedDays(): Promise<string[]>;
  /** Forgets the days that have not changed after `before`, in epoch milliseconds. */
  forgetDays(days: string[], before: number): Promise<void>;
  /** Returns a time in epoch milliseconds. Returns 0 if it was never written. */
  readTime(name: KeptTime): Promise<number>;
  writeTime(name: KeptTime, at: number): Promise<void>;
}

/**
 * The lease on the table `results`. Only its owner may run statements that change the table. Each
 * method throws a {@link ServiceError} if a call fails.
 */
export interface TableLease {
  /**
   * Takes the lease until a time in epoch milliseconds, if it is free or has ended.
   *
   * @returns undefined if another owner has the lease. Otherwise the id of the statement that the last
   * owner has left running, if it did.
   */
  take(owner: string, until: number): Promise<{ left_statement?: string | undefined } | undefined>;
  /**
   * Extends the lease, and remembers the statement that the owner runs.
   *
   * @returns false if the owner has lost the lease.
   */
  extend(owner: string, until: number, statement: string): Promise<boolean>;
  /** Ends the lease. Does nothing if another owner has it. */
  release(owner: string): Promise<void>;
}

export type StatementState = 'running' | 'succeeded' | 'failed';

/** Runs SQL in Athena. Each method throws a {@link ServiceError} if a call fails. */
export interface Statements {
  /** Starts a statement and returns its id. */
  start(sql: string): Promise<string>;
  /**
   * Returns how far a statement is. A statement that Athena has cancelled or does not know has failed.
   * `code` is Athena's name for the error, such as `ICEBERG_COMMIT_ERROR`.
   */
  read(id: string): Promise<{ state: StatementState; code?: string | undefined }>;
  /** Asks Athena to stop a statement. The statement may succeed nevertheless. */
  stop(id: string): Promise<void>;
  /** Returns the names of the columns and the rows of a query that has succeeded. */
  answer(id: string): Promise<{ columns: string[]; rows: Record<string, unknown>[] }>;
}

/** A line of a raw object, as far as the keeper reads it. */
export interface RawLine {
  tenant: string;
  source: string;
  record_id: string;
  status: string;
  /** Absent if the line's version was not the current one when it was written. */
  revision?: number | undefined;
  /** Absent if the line withdraws a record that was never seen. */
  first_created_at?: string | undefined;
  author?: string | undefined;
  created_at?: string | undefined;
  stamp?: number | undefined;
}

/** The raw objects in the lake's bucket. Each method throws a {@link ServiceError} if a call fails. */
export interface RawObjects {
  /**
   * Yields the lines of an object.
   *
   * @throws {UnreadableObjectError} if the object is not gzipped lines of JSON of this form.
   */
  lines(key: string): AsyncIterable<RawLine>;
  /** Returns the size of an object. Returns undefined if there is no such object. */
  size(key: string): Promise<number | undefined>;
  /** Returns the days of delivery that have objects, such as `2026-11-27`, in order. */
  days(): Promise<string[]>;
  /** Yields the keys of an hour such as `2026/11/27/06`. */
  keys(hour: string): AsyncIterable<string>;
  /** Removes text, author, url and attributes from the lines that `isStale` selects. */
  blank(key: string, isStale: (line: RawLine) => boolean): Promise<void>;
}

/** The error for an object that is not what Firehose delivers. Its message contains no user's text. */
export class UnreadableObjectError extends Error {
  override name = 'UnreadableObjectError';
}

/** The queue of the keeper. */
export interface KeeperQueue {
  /** Sends a message that arrives after a delay of at most 900 seconds. */
  send(message: { kind: 'merge' }, delay_seconds: number): Promise<void>;
}
