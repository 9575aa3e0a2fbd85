import type { ResultsTable } from '../../../processors/stream/ports.ts';
import { recordKey } from '../../../schemas/index.ts';
import { getItems } from '../batches.ts';
import { openTable, type Table, type TableDeps } from '../table.ts';
import { insertRows, type RejectedWritings, type Writing } from './insert.ts';
import { isReplaceable, replaceRows, VERSION_ATTRIBUTES } from './replace.ts';
import { rowOf } from './row.ts';

export interface ResultsTableDeps extends TableDeps {
  ttl_seconds: number;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the results table in a DynamoDB table with the partition key `record_key`. The table has
 * one row for each record. The row holds the highest version that was ever put, regardless of the
 * order of arrival, redeliveries and concurrent consumers.
 *
 * Every write is conditional. A put has at most three steps. Each step makes as few calls as
 * DynamoDB allows:
 *
 *     Step 1: INSERT, 25 rows per call
 *         no row exists          → the row is written, which is the most common case
 *         DuplicateItem          → step 2, because of a redelivery or another version
 *     Step 2: BatchGetItem, 100 keys per call, which reads only keys and versions
 *         row is up to date      → done, because the table has this version or a newer version
 *         row has an older version or analysis run, is expired, or was deleted → step 3
 *     Step 3: PutItem, if NO_ROW or OLDER_ROW or EXPIRED_ROW or OLDER_RUN
 *         written                → done
 *         the condition failed   → done, because another consumer wrote this version or a newer
 *                                  version after step 2
 *
 * Steps 1 and 3 are atomic, so concurrent consumers never replace an unexpired row by an older
 * version. Step 2 may read stale rows, because step 3 checks the current row again.
 */
export function createResultsTable(deps: ResultsTableDeps): ResultsTable {
  const table = openTable(deps);
  return {
    async put(results) {
      const now_seconds = Math.floor(deps.now() / 1_000);
      const expires_at = now_seconds + deps.ttl_seconds;
      const writings = results.map((result, index): Writing => {
        return { index, result, row: rowOf(result, expires_at) };
      });
      const { existing, failed } = await insertRows(table, writings);
      const { replaceable, unread } = await compareVersions(table, existing, now_seconds);
      const unreplaced = await replaceRows(table, replaceable, now_seconds);
      return [...failed, ...unread, ...unreplaced].map(([{ index }, rejection]) => {
        return { index, ...rejection };
      });
    },
  };
}

/**
 * Finds the failed inserts that are worth another attempt. An insert is worth another attempt if
 * its row may replace the existing row, or if the existing row has been deleted in the meantime.
 */
async function compareVersions(
  table: Table,
  existing: Writing[],
  now_seconds: number,
): Promise<{ replaceable: Writing[]; unread: RejectedWritings }> {
  const keys = existing.map(({ result }) => recordKey(result));
  const read = await getItems(table, keys, {
    key_name: 'record_key',
    ProjectionExpression: VERSION_ATTRIBUTES,
  });
  const rows = new Map(read.items.map((row) => [row.record_key?.S, row]));
  const replaceable: Writing[] = [];
  const unread: RejectedWritings = new Map();
  for (const writing of existing) {
    const key = recordKey(writing.result);
    const row = rows.get(key);
    const rejection = read.unread.get(key);
    if (rejection !== undefined) unread.set(writing, rejection);
    else if (row === undefined || isReplaceable(row, writing.result, now_seconds)) {
      replaceable.push(writing);
    }
  }
  return { replaceable, unread };
}
