import type {
  FailureReport,
  RecordIdentity,
  RestoredMark,
  Result,
  SetAside,
} from '../schemas/index.ts';

/**
 * Reads the failure reports of the batches that Lambda has stopped retrying. Each method can throw
 * a {@link ServiceError}.
 */
export interface FailureReports {
  /**
   * Yields the keys of all reports in alphabetical order, which is by function, then by shard, then
   * by day.
   */
  keys(): AsyncIterable<string>;
  /**
   * Reads a report. Returns undefined if there is no report under the key.
   *
   * @throws {z.ZodError} if the object under the key is not a failure report.
   */
  read(key: string): Promise<FailureReport | undefined>;
}

/**
 * Stores a mark for each failure report and each set-aside whose records have been put on the
 * stream again. Each method can throw a {@link ServiceError}.
 */
export interface Marks {
  get(key: string): Promise<RestoredMark | undefined>;
  put(key: string, mark: RestoredMark): Promise<void>;
}

/**
 * Reads the lines of the lake from the objects that Firehose delivered. Each method can throw a
 * {@link ServiceError}.
 */
export interface LakeLines {
  /**
   * Reads the lines that Firehose delivered in one hour.
   *
   * @param hour the start of the hour in epoch milliseconds.
   */
  hour(hour: number): AsyncIterable<Result>;
}

/**
 * Reads the results table, which contains the current result of each record. Each method can throw
 * a {@link ServiceError}.
 */
export interface CurrentResults {
  /**
   * Reads the results of the given records. The keys of the map are built by `recordKey`. The map
   * does not contain records without a result.
   */
  getMany(records: RecordIdentity[]): Promise<Map<string, Result>>;
}

/** Reads the set-asides. Each method can throw a {@link ServiceError}. */
export interface StoredSetAsides {
  get(set_aside_id: string): Promise<SetAside | undefined>;
}

/** Reads the texts that are too long for the stream. */
export interface LongTexts {
  /**
   * Reads a text.
   *
   * @param sha256 the SHA-256 of the text's UTF-8 bytes, in hex.
   * @returns undefined if the text does not exist.
   * @throws {ServiceError} if the service behind the store fails.
   */
  get(tenant: string, sha256: string): Promise<string | undefined>;
}
