import type { FailureReport, RestoredMark } from '../schemas/index.ts';

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
