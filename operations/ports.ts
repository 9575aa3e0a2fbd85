import type { FailureReport, RestoredMark, Result } from '../schemas/index.ts';

/** What Lambda gave up on. Each method may throw a {@link ServiceError}. */
export interface FailureReports {
  /** Keys in the order of their names: by function, shard and day. */
  keys(): AsyncIterable<string>;
  /** Undefined where there is none. @throws {z.ZodError} where the object is no report. */
  read(key: string): Promise<FailureReport | undefined>;
}

/** Remembers what was put back on the stream. Each method may throw a {@link ServiceError}. */
export interface Marks {
  get(key: string): Promise<RestoredMark | undefined>;
  put(key: string, mark: RestoredMark): Promise<void>;
}

/** The lake's lines, as they were delivered. Each method may throw a {@link ServiceError}. */
export interface LakeLines {
  /** Those of one hour of delivery. @param hour epoch milliseconds of its start. */
  hour(hour: number): AsyncIterable<Result>;
}

/** Results as they are now. Each method may throw a {@link ServiceError}. */
export interface CurrentResults {
  /** Those that are there, by tenant and record id joined with `#`. */
  getMany(records: { tenant: string; record_id: string }[]): Promise<Map<string, Result>>;
}
