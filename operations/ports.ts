import type { FailureReport, RestoredMark, Result } from '../schemas/index.ts';

/** Reports of the batches that Lambda gave up on. Each method can throw a {@link ServiceError}. */
export interface FailureReports {
  /** Keys in the order of their names: by function, shard and day. */
  keys(): AsyncIterable<string>;
  /** Returns undefined if there is no such object. @throws {z.ZodError} if the object is not a report. */
  read(key: string): Promise<FailureReport | undefined>;
}

/** Records which reports and set-asides are back on the stream. Each method can throw a {@link ServiceError}. */
export interface Marks {
  get(key: string): Promise<RestoredMark | undefined>;
  put(key: string, mark: RestoredMark): Promise<void>;
}

/** The lines of the lake as Firehose delivered them. Each method can throw a {@link ServiceError}. */
export interface LakeLines {
  /** Reads the lines that were delivered in one hour. @param hour epoch milliseconds of its start. */
  hour(hour: number): AsyncIterable<Result>;
}

/** The current results table. Each method can throw a {@link ServiceError}. */
export interface CurrentResults {
  /** Reads the results that exist, by `recordKey`. */
  getMany(records: { tenant: string; record_id: string }[]): Promise<Map<string, Result>>;
}

/** Texts that are too long for the stream. */
export interface LongTexts {
  /**
   * @param sha256 of the text in UTF-8, in hex.
   * @returns undefined if the text does not exist.
   * @throws {ServiceError}
   */
  get(tenant: string, sha256: string): Promise<string | undefined>;
}
