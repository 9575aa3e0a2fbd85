import type { ResultEntry, ResultsTable, RowOutcome } from '../../../processors/stream/ports.ts';
import { type FindRetention, recordKey } from '../../../schemas/index.ts';
import type { Rejection } from '../../send-batches.ts';
import { getItems } from '../batches.ts';
import { openTable, type Table, type TableDeps } from '../table.ts';
import { type FoldOptions, foldEntries } from './fold.ts';
import { insertRows, type RejectedWritings, type Writing } from './insert.ts';
import { type Replacement, replaceRows } from './replace.ts';
import { type Row, readRow } from './row.ts';

export interface ResultsTableDeps extends TableDeps {
  ttl_seconds: number;
  /** Finds the days for which rows of a source are kept, if they are others than `ttl_seconds`. */
  findRetention?: FindRetention | undefined;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Number of times that a row is read and decided on again, because other consumers have changed it
 * since. A shard has one consumer, so only replays and records of two streams meet.
 */
const MAX_ROUNDS = 8;

/**
 * Creates the results table in a DynamoDB table with the partition key `record_key`. The table has
 * one row for each record. The function `decide` says which of the results of a record the row
 * holds. That does not depend on the order of arrival, redeliveries and concurrent consumers.
 *
 * Every write is conditional. A put makes as few calls as DynamoDB allows:
 *
 *     Step 1: INSERT, 25 rows per call
 *         no row exists          → the row is written, which is the most common case
 *         DuplicateItem          → step 2, because of a redelivery or another version
 *     Step 2: BatchGetItem, 100 keys per call
 *         the row stays          → done
 *         the row changes        → step 3
 *     Step 3: PutItem, if the row still has the revision that step 2 has read
 *         written                → done
 *         the condition failed   → step 2 again
 *
 * Step 2 reads consistently. The revision would stop a write that is decided on a stale row, but
 * not the decision to write nothing: a replay of the current row would be left out.
 */
export function createResultsTable(deps: ResultsTableDeps): ResultsTable {
  const table = openTable(deps);
  const { ttl_seconds, findRetention, now } = deps;
  return {
    async put(entries) {
      const writings = groupByRecord(entries, { now: now(), ttl_seconds, findRetention });
      const { existing, failed } = await insertRows(table, writings);
      let open = existing;
      for (let round = 1; open.length > 0; round += 1) {
        const read = await readRows(table, open);
        collect(failed, read.unread);
        const changes = foldOnto(read.rows, { now: now(), ttl_seconds, findRetention });
        const replaced = await replaceRows(table, changes);
        collect(failed, replaced.failed);
        open = replaced.changed;
        if (round < MAX_ROUNDS) continue;
        collect(failed, new Map(open.map((writing) => [writing, CHANGES_TOO_OFTEN])));
        break;
      }
      return listOutcomes(entries.length, writings, failed);
    },
  };
}

const CHANGES_TOO_OFTEN: Rejection = {
  code: 'RowChangesTooOften',
  retryable: true,
  throttled: false,
};

/** Gathers the results of each record, and builds the row that they make if there is none. */
function groupByRecord(entries: ResultEntry[], options: FoldOptions): Writing[] {
  const groups = new Map<string, { indexes: number[]; entries: ResultEntry[] }>();
  for (const [index, entry] of entries.entries()) {
    const key = recordKey(entry.result);
    const group = groups.get(key) ?? { indexes: [], entries: [] };
    group.indexes.push(index);
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups].map(([key, group]) => ({
    ...{ key, ...group },
    folded: foldEntries(undefined, group.entries, options),
  }));
}

/** Reads the rows of writings. A writing whose row has been deleted meanwhile has no row. */
async function readRows(
  table: Table,
  writings: Writing[],
): Promise<{ rows: Map<Writing, Row | undefined>; unread: RejectedWritings }> {
  const read = await getItems(
    table,
    writings.map(({ key }) => key),
    { key_name: 'record_key', ConsistentRead: true },
  );
  const items = new Map(read.items.map((item) => [item.record_key?.S, item]));
  const rows = new Map<Writing, Row | undefined>();
  const unread: RejectedWritings = new Map();
  for (const writing of writings) {
    const rejection = read.unread.get(writing.key);
    const item = items.get(writing.key);
    if (rejection !== undefined) unread.set(writing, rejection);
    else rows.set(writing, item === undefined ? undefined : readRow(item));
  }
  return { rows, unread };
}

/** Decides what becomes of rows, and returns the rows that change. */
function foldOnto(rows: Map<Writing, Row | undefined>, options: FoldOptions): Replacement[] {
  return [...rows].flatMap(([writing, row]) => {
    writing.folded = foldEntries(row, writing.entries, options);
    const { item } = writing.folded;
    return item === undefined ? [] : [{ writing, item, read_revision: row?.result.revision }];
  });
}

function collect(all: RejectedWritings, more: RejectedWritings): void {
  for (const [writing, rejection] of more) all.set(writing, rejection);
}

/** Lists what became of each entry, in the order of the put. */
function listOutcomes(
  count: number,
  writings: Writing[],
  failed: RejectedWritings,
): (RowOutcome | Rejection)[] {
  const listed = new Array<RowOutcome | Rejection>(count);
  for (const writing of writings) {
    const rejection = failed.get(writing);
    for (const [i, outcome] of writing.folded.outcomes.entries()) {
      listed[writing.indexes[i] ?? -1] = rejection ?? outcome;
    }
  }
  return listed;
}
