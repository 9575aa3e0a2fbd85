import type { ResultsPage, ResultsQuery } from '../../../api/ports.ts';
import { chunk } from '../../../lib/chunk.ts';
import { type ListedResult, type Result, recordKey } from '../../../schemas/index.ts';
import type { ListedPage } from './listing.ts';
import { listingSort } from './row.ts';

/**
 * Largest size of a page with texts, in bytes of an answer of Lambda, which allows 6 MB. The last
 * row of a page may exceed the size by less than 1.7 MB, because a row has at most 400 KB.
 */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** Number of rows that are read at once, which have at most 8 MB. */
const ROWS_PER_READ = 20;

interface WholeListingDeps {
  list: (query: ResultsQuery) => Promise<ListedPage>;
  getMany: (results: ListedResult[]) => Promise<Map<string, Result>>;
}

/**
 * Creates the function that lists whole results, with texts. The indexes have no texts, so the
 * function reads the rows of each page from the table. A row that has changed since the index was
 * read is left out if it no longer belongs to this place of the listing.
 */
export function createWholeListing(deps: WholeListingDeps) {
  return async (query: ResultsQuery): Promise<ResultsPage> => {
    const results: Result[] = [];
    let bytes = 0;
    let { after } = query;
    for (;;) {
      const page = await deps.list({ ...query, after, limit: query.limit - results.length });
      for (const listed of chunk(page.results as ListedResult[], ROWS_PER_READ)) {
        const rows = await deps.getMany(listed);
        for (const one of listed) {
          const row = rows.get(recordKey(one));
          after = listingSort(one, query.order);
          if (row === undefined || !isAtPlace(row, after, query)) continue;
          results.push(row);
          bytes += countAnswerBytes(row);
          if (bytes > MAX_PAGE_BYTES) return { results, next: after };
        }
      }
      const is_last = page.next === undefined || page.searched_until !== undefined;
      if (is_last || results.length === query.limit) return { ...page, results };
      after = page.next;
    }
  };
}

function isAtPlace(row: Result, place: string, query: ResultsQuery): boolean {
  return listingSort(row, query.order) === place && matchesFilters(row, query);
}

function matchesFilters(row: Result, query: ResultsQuery): boolean {
  const { status, sentiment, language, has_withdrawn = false } = query;
  return (
    (status === undefined ? has_withdrawn || row.status !== 'withdrawn' : row.status === status) &&
    (sentiment === undefined || row.sentiment === sentiment) &&
    (language === undefined || row.language_code === language)
  );
}

/**
 * Counts the bytes that a row takes in the answer of the function. The answer has the page as a
 * JSON string, so that the quotation marks and backslashes of the row are escaped a second time.
 */
function countAnswerBytes(row: Result): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(row)));
}
