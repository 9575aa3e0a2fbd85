import {
  type HistoryVersion,
  historyVersionSchema,
  type RecordIdentity,
  recordKey,
} from '../../schemas/index.ts';
import type { CurrentRow, HistoryReader } from './ports.ts';

interface HistoryPageQuery {
  limit: number;
  /** Revision of the last version of the page before. Absent for the first page. */
  after?: number | undefined;
}

interface HistoryPage {
  /** The newest first. The first page begins with the current version. */
  versions: HistoryVersion[];
  /** Revision to continue after. Absent on the last page. */
  next?: number | undefined;
}

/** Reads a page of the history of a record. Returns undefined if the record is unknown. */
export type ReadHistory = (
  record: RecordIdentity,
  query: HistoryPageQuery,
) => Promise<HistoryPage | undefined>;

/**
 * Creates the function that reads the history of a record: its row in the results table, and the
 * versions that the row had before. The row is read first, and of the versions only those before
 * it. So a version that is replaced between the two reads comes once.
 */
export function createReadHistory({
  current,
  past,
}: {
  current: CurrentRow;
  past: HistoryReader;
}): ReadHistory {
  return async (record, { limit, after }) => {
    const row = await current.get(record);
    if (row === undefined) return undefined;
    const newest = historyVersionSchema.parse(row);
    const first = after === undefined ? [newest] : [];
    const before = Math.min(after ?? newest.revision, newest.revision);
    const record_key = recordKey(record);
    const page = await past.list({ record_key, before, limit: limit - first.length });
    const versions = [...first, ...page.versions];
    return { versions, next: page.has_more ? versions.at(-1)?.revision : undefined };
  };
}
