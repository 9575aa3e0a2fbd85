import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { ResultsPage, ResultsQuery } from '../../../api/ports.ts';
import { type ListedResult, listedResultSchema } from '../../../schemas/index.ts';
import type { Table } from '../table.ts';
import { buildQuery, INDEXES, isEmptyRange, narrows } from './listing-query.ts';
import { mergePartitions } from './merge.ts';
import { openPartition } from './partition.ts';
import { listingKeys } from './row.ts';

/** Time after which a listing reads no further page, in milliseconds. */
const READ_BUDGET_MS = 1_000;

/** A page of results as the indexes have them, without texts. */
export type ListedPage = ResultsPage & { results: ListedResult[] };

/**
 * Creates the function that lists results, newest first. The rows of a tenant are spread over
 * several partitions of an index, and the function merges the rows of these partitions. Each
 * partition is read in pages. A page has about 1.5 times as many rows as an average partition
 * contributes to the listing. The next page of a partition is read only after the merge has used
 * all rows of the previous page. The pages of a query that leaves out rows grow, because few rows
 * may match.
 */
export function createResultsListing(
  table: Table,
  now: () => number,
): (query: ResultsQuery) => Promise<ListedPage> {
  return async (query) => {
    const { tenant, source, order, limit, after } = query;
    if (after !== undefined) requirePosition(after);
    if (isEmptyRange(query)) return { results: [] };
    const { sort } = INDEXES[order];
    const keys = listingKeys(tenant, source);
    const first_limit = Math.ceil(Math.ceil(limit / keys.length) * 1.5) + 1;
    const growth = narrows(query) ? 2 : 1;
    const partitions = keys.map((key) =>
      openPartition(table, buildQuery(query, key, now()), { sort, after, first_limit, growth }),
    );
    const deadline = now() + READ_BUDGET_MS;
    const isOver = () => now() >= deadline;
    const { rows, reached } = await mergePartitions(partitions, { sort, limit, isOver });
    const results = rows.map((row) =>
      listedResultSchema.parse({ ...unmarshall(row), schema_version: 1 }),
    );
    if (reached === '') return { results };
    if (rows.length === limit) return { results, next: reached };
    return { results, next: reached, searched_until: reached.slice(0, reached.indexOf('#')) };
  };
}

/**
 * Checks a position of a listing, which is the sort key of a row.
 *
 * @throws {RangeError} if the position has another format.
 */
function requirePosition(position: string): void {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[a-z0-9_-]+#[A-Za-z0-9._:-]+$/.test(position)) {
    throw new RangeError('The cursor is not one of this listing');
  }
}
