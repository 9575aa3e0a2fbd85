import type { Result, SetAside, StreamPosition } from '../../schemas/index.ts';

/** An entry that a store did not take, by its index in what was put: the others are kept. */
export interface PutFailure {
  index: number;
  /** The service's own error code. */
  code: string;
  retryable: boolean;
  throttled: boolean;
}

/** A place that keeps what it is given. Putting the same again changes nothing that a reader sees. */
interface Store<Entry> {
  /**
   * Puts all it can and returns the rest; nothing put: no call.
   *
   * @throws {ServiceError} where it could keep none of them.
   */
  put(entries: Entry[]): Promise<PutFailure[]>;
}

/**
 * One row per record: whatever order versions arrive in, the highest stays. A put names each record once. A text that
 * does not fit is left out, here and in the lake: its hash and size still tell which it was.
 */
export type ResultsTable = Store<Result>;

/** Where results are queried by SQL. It may hold a line more than once. */
export type Lake = Store<Result>;

/** Where bad records are kept with their bytes, one object per place on the stream. */
export type SetAsides = Store<SetAside>;

/** Texts that are too long for the stream: it has their hash, and they wait elsewhere. */
export interface TextClaims {
  /**
   * @param sha256 of the text in UTF-8, in hex.
   * @returns undefined where it is not there.
   * @throws {ServiceError}
   */
  get(tenant: string, sha256: string): Promise<string | undefined>;
}

/** Why a record has not ended: it goes back to the stream. */
export interface Failure {
  stage: 'claims' | 'analysis' | 'results_table' | 'lake' | 'set_asides' | 'progress';
  code: string;
}

/** A (sub-)record that has not ended. */
export interface Failed extends Failure {
  position: StreamPosition;
}
