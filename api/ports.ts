import type { z } from 'zod';
import type { ListedResult, Result, statsQuerySchema } from '../schemas/index.ts';

/** A request for one tenant's statistics. */
export type StatsQuery = z.output<typeof statsQuerySchema> & { tenant: string };

/** Runs SQL over the lake. @throws {ServiceError} */
export type QuerySql = (sql: string) => Promise<{ rows: Record<string, unknown>[] }>;

export interface ResultsQuery {
  tenant: string;
  source: string;
  /** ISO 8601: only results created at this time or later. */
  from?: string;
  /** ISO 8601: only results created before this time. */
  to?: string;
  limit: number;
  /** The cursor of an earlier page of the same query. */
  cursor?: string;
}

export interface ResultsPage {
  results: ListedResult[];
  /** The cursor of the next page; absent on the last page. */
  cursor?: string;
}

/** Look-ups among results. Each may throw a {@link ServiceError}. */
export interface ResultsReader {
  get(tenant: string, record_id: string): Promise<Result | undefined>;
  /** The results that exist, by tenant and record id joined with `#`. */
  getMany(records: { tenant: string; record_id: string }[]): Promise<Map<string, Result>>;
  /** Newest first. @throws {RangeError} when the cursor belongs to another listing. */
  list(query: ResultsQuery): Promise<ResultsPage>;
}
