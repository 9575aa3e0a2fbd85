import type { z } from 'zod';
import type { ListedResult, RecordIdentity, Result, statsQuerySchema } from '../schemas/index.ts';

/** Query for the statistics of one tenant. */
export type StatsQuery = z.output<typeof statsQuerySchema> & { tenant: string };

/**
 * Runs an SQL query on the data lake and returns the rows.
 *
 * @throws {ServiceError} if a call to the lake's query service fails.
 */
export type QuerySql = (sql: string) => Promise<{ rows: Record<string, unknown>[] }>;

/** One object that a caller without AWS credentials may upload. */
export interface Upload {
  key: string;
  content_type: string;
  /** Size of the object. S3 refuses an upload of any other size. */
  size_bytes: number;
  /** Longest lifetime of the signatures. */
  ttl_seconds: number;
}

interface SignedUpload {
  /** Takes the object with PUT. */
  url: string;
  /** Takes the object with POST, as a form with these fields and the file after them. */
  form: { url: string; fields: Record<string, string> };
  /** Until this time, in ISO 8601, the URL and the form are valid for certain. */
  expires_at: string;
}

/**
 * Signs an upload.
 *
 * @throws {ServiceError} if a service fails.
 */
export type SignUpload = (upload: Upload) => Promise<SignedUpload>;

export interface ResultsQuery {
  tenant: string;
  source: string;
  /** Earliest creation time of the results, inclusive, in ISO 8601. */
  from?: string;
  /** Latest creation time of the results, exclusive, in ISO 8601. */
  to?: string;
  limit: number;
  /**
   * Cursor from an earlier page of the same query. If the cursor is set, the requested page starts
   * after that earlier page.
   */
  cursor?: string;
}

export interface ResultsPage {
  results: ListedResult[];
  /** Cursor of the next page. The last page has no cursor. */
  cursor?: string;
}

/** Reads results from the table. Each method throws a {@link ServiceError} if the table fails. */
export interface ResultsReader {
  get(record: RecordIdentity): Promise<Result | undefined>;
  /**
   * Returns the results of the given records. If a record has no result, the map has no entry for
   * the record. The function `recordKey` builds the map's keys.
   */
  getMany(records: RecordIdentity[]): Promise<Map<string, Result>>;
  /**
   * Returns a page of results, newest first.
   *
   * @throws {RangeError} if the cursor belongs to another listing.
   */
  list(query: ResultsQuery): Promise<ResultsPage>;
}
