import type { Measures } from './measures.ts';

/** Identifies a row of the counts table. See names.ts. */
export interface RowName {
  partition: string;
  bucket: string;
  /** When DynamoDB may delete the row, in epoch seconds. */
  expires_at?: number | undefined;
}

/** The sum of consecutive changes of the stream, for one row. */
export interface Addition {
  measures: Measures;
  /** Mark of the first of the changes. See {@link markOf}. */
  first: string;
  /** Mark of the last of the changes. */
  last: string;
  /** Time of the last of the changes, in epoch milliseconds. */
  changed_at: number;
}

/**
 * The counts. A row remembers the mark of the last change that it contains, and everything before
 * that mark. Each method throws a {@link ServiceError} if a call fails.
 */
export interface CountsStore {
  /**
   * Adds to a row, if the mark of the row is lower than `first`, and moves the mark to `last`. A row
   * that does not exist has a mark lower than every other.
   *
   * @returns undefined if the row has been changed, otherwise its mark.
   */
  add(row: RowName, addition: Addition): Promise<string | undefined>;
}

/** A row as it is read. */
export interface CountsRow {
  bucket: string;
  /** Time of the last change in the row, in epoch milliseconds. */
  changed_at: number;
  measures: Measures;
}

/**
 * Reads the rows of a partition whose `bucket` is at least `from` and lower than `to`.
 *
 * @throws {ServiceError} if a call fails.
 */
export interface CountsReader {
  read(partition: string, from: string, to: string): Promise<CountsRow[]>;
}
