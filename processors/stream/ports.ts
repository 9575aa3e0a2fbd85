import type { Result, SetAside } from '../../schemas/index.ts';

/** One item that a store did not take. `index`: its place among those given. */
export interface PutFailure {
  index: number;
  /** The service's error code. */
  code: string;
}

/**
 * Keeps results where they can be looked up: one row per record, the highest version wins, whatever order versions
 * arrive in and however often. Putting what is there already is a success.
 */
export interface ResultsTable {
  /** At most one result per record. Empty: all are kept. @throws {ServiceError} where none could be. */
  put(results: Result[]): Promise<PutFailure[]>;
}

/** Takes results for the lake, at least once each. */
export interface Lake {
  /** Empty: all were taken. @throws {ServiceError} where none could be. */
  put(results: Result[]): Promise<PutFailure[]>;
}

/** Keeps what can't be processed. Putting the same again changes nothing. */
export interface SetAsides {
  /** Empty: all are kept. */
  put(set_asides: SetAside[]): Promise<PutFailure[]>;
}
