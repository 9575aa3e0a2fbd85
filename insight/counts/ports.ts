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

/**
 * The generations of the days that have been rebuilt. A rebuild writes its corrections into rows of a
 * new generation, which readers add to the counts as soon as it is the active one of the day.
 */
export interface Generations {
  /**
   * Returns the active generation of each rebuilt day of a tenant, by day, such as `2026-11-26`.
   *
   * @throws {ServiceError} if a call fails.
   */
  readGenerations(tenant: string): Promise<Map<string, string>>;
  /**
   * Announces a rebuild of a day. Any rebuild that was announced before can no longer be activated.
   *
   * @returns the active generation, if the day has one.
   * @throws {ServiceError} if a call fails.
   */
  beginGeneration(tenant: string, day: string, generation: string): Promise<string | undefined>;
  /**
   * Makes the generation the active one.
   *
   * @returns false if another rebuild has been announced since.
   * @throws {ServiceError} if a call fails.
   */
  activateGeneration(tenant: string, day: string, generation: string): Promise<boolean>;
}

/** The rows as a rebuild needs them. Each method throws a {@link ServiceError} if a call fails. */
export interface CountsRows {
  /** Lists the tenants that have counts. Reads the whole table. */
  listTenants(): Promise<string[]>;
  /** Deletes a row. Does nothing if there is no such row. */
  remove(row: RowName): Promise<void>;
}
