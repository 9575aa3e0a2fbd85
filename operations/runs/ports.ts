import type { ChangedRecord } from './plan-undo.ts';

/** The owner and the source of records. */
export interface SourceName {
  tenant: string;
  source: string;
}

/** Reads the table `results` of the lake. Each method throws a {@link ServiceError} if a call fails. */
export interface SourceRecords {
  /**
   * Yields the ids of the records of a source that are not withdrawn, and that were accepted before a
   * time in epoch milliseconds.
   */
  list(source: SourceName, accepted_before: number): AsyncIterable<string>;
}

/** Reads the lake for the undo of a run. Each method throws a {@link ServiceError} if a call fails. */
export interface RunHistory {
  /** Counts the records that a run has changed, as far as the log of the lake has their lines. */
  countTouched(run_id: string): Promise<number>;
  /**
   * Counts the records of a run that changed no row, because their rows were newer.
   *
   * @param run `stamp` is when the run began, in epoch milliseconds.
   */
  countNotNewer(run: { run_id: string; stamp: number }): Promise<number>;
  /** Yields the records whose current version comes from a run. */
  listChanged(run_id: string): AsyncIterable<ChangedRecord>;
}
