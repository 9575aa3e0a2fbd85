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
 * Results in a DynamoDB table with the partition key `record_key`: one row per record, the highest version of all that
 * were ever put, under any order of arrival, redelivery and concurrency.
 *
 * Every write is conditional, in the fewest calls that DynamoDB allows for that:
 *
 *     1 INSERT, 25 to a call      no row yet             → written. The common case ends here.
 *                                 DuplicateItem          → a redelivery, or another version: go on
 *     2 BatchGetItem, 100 to a call: only keys and versions
 *                                 version ≥ ours         → done: this version or a newer one is there
 *                                 version < ours, expired, or gone meanwhile → go on
 *     3 PutItem if NO_ROW or OLDER_ROW or EXPIRED_ROW
 *                                 written                → done
 *                                 the condition failed   → done: another consumer wrote ours or a newer one after 2
 *
 * Steps 1 and 3 are atomic, so two consumers may be anywhere between them: versions only ever rise. Step 2 may read
 * stale rows, since it only saves step 3 for rows that need none.
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

/** Finds the writings whose row may be replaced, or is gone. */
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
