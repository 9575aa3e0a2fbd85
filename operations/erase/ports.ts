import type { RecordIdentity, Result, Selection } from '../../schemas/index.ts';

/** A page of rows of the results table. `next` is the place at which the next page begins. */
interface RowPage {
  rows: Result[];
  next?: string | undefined;
}

/** The results table, as an erasure and an export use it. Each method can throw a {@link ServiceError}. */
export interface SelectedRows {
  /**
   * Reads the next rows that are selected and not withdrawn, and those that were withdrawn with the stamp
   * `accepted_until`: the erasure has withdrawn them. A page may be empty although others follow.
   *
   * @param after the `next` of the page before.
   */
  page(selection: Selection, after?: string): Promise<RowPage>;
  /**
   * Puts withdrawals into the table, by the order of acceptances.
   *
   * @returns the rows afterwards, for those withdrawals that the rows have now or had before.
   */
  withdraw(withdrawals: Result[]): Promise<Result[]>;
}

/** The log of the lake. Throws a {@link ServiceError} if a line is not stored. */
export interface LakeLog {
  put(rows: Result[]): Promise<void>;
}

/**
 * The lake, as an erasure uses it. Each method can throw a {@link ServiceError}, and an InterruptedError
 * if the time of the process is up.
 */
export interface ErasableLake {
  /** Counts the rows of the table `results` that are selected and not withdrawn. */
  countRows(selection: Selection): Promise<number>;
  /** Deletes these rows. */
  deleteRows(selection: Selection): Promise<void>;
  /** Returns the days that have raw objects, such as `2026-11-27`, in order. */
  rawDays(): Promise<string[]>;
  /**
   * Removes text, author, url and attributes from the lines of a day that are selected, and from all
   * lines of records that are withdrawn.
   *
   * @returns the keys of the objects that were overwritten.
   */
  blankDay(selection: Selection, day: string): Promise<string[]>;
}

/** Objects of one bucket, by their keys. Each method can throw a {@link ServiceError}. */
export interface ErasableObjects {
  keys(prefix: string, after?: string): AsyncIterable<string>;
  /** Returns an object as text. Undefined if there is none. */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Deletes all earlier versions of an object, and its delete markers. */
  forgetVersions(key: string): Promise<void>;
}

/** The replaced versions of records. Each method can throw a {@link ServiceError}. */
export interface ErasableHistory {
  /** Deletes the versions of some records, and returns how many there were. */
  delete(records: RecordIdentity[]): Promise<number>;
}

/** A job, as far as an erasure looks at it. */
export interface ErasableJob {
  job_id: string;
  source_id: string;
  /** In ISO 8601. */
  created_at: string;
  is_final: boolean;
  /** Key of the input in the input bucket. */
  input_key: string;
}

/** Jobs of a tenant. Each method can throw a {@link ServiceError}. */
export interface ErasableJobs {
  list(tenant: string): AsyncIterable<ErasableJob>;
}

/** Stores how far erasures are. Each method can throw a {@link ServiceError}. */
export interface ErasureStates {
  /** Yields the ids of the erasures that begin with a prefix. */
  ids(prefix: string): AsyncIterable<string>;
  get(erasure_id: string): Promise<string | undefined>;
  put(erasure_id: string, state: string): Promise<void>;
}

/**
 * Waits until the consumers, or the table `results` as well, have all that was accepted before a time in
 * epoch milliseconds.
 *
 * @throws {Error} if that takes longer than the process has time.
 */
export type WaitFor = (what: 'consumers' | 'table', accepted_before: number) => Promise<void>;
