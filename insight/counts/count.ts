import pLimit from 'p-limit';
import { type ChangeEvent, ServiceError } from '../../schemas/index.ts';
import { applyRow } from './apply.ts';
import { markOf, readChanges } from './changes.ts';
import { foldChanges, type RowChanges } from './fold.ts';
import type { CountsStore } from './ports.ts';

export interface CountReport {
  changes: number;
  /** Number of rows of the counts that the changes affect. */
  rows: number;
  writes: number;
  unreadable: number;
  failed_rows: number;
  /** Codes of the errors, each once. */
  error_codes: string[];
  /** The first change that is not in every row. Lambda delivers it and all later ones again. */
  failed_from?: string | undefined;
}

const WRITES_AT_A_TIME = 16;

/**
 * Creates the function that adds the changes of a batch to the counts. If rows fail, all other rows
 * are still written, and a redelivery leaves those unchanged.
 */
export function createCount(store: CountsStore): (event: ChangeEvent) => Promise<CountReport> {
  const limit = pLimit(WRITES_AT_A_TIME);
  return async (event) => {
    const { changes, unreadable } = readChanges(event);
    const rows = foldChanges(changes, event.shardId);
    const report: CountReport = {
      changes: changes.length,
      rows: rows.length,
      writes: 0,
      unreadable,
      failed_rows: 0,
      error_codes: [],
    };
    await Promise.all(rows.map((row) => limit(() => countRow(store, row, report))));
    return report;
  };
}

async function countRow(store: CountsStore, row: RowChanges, report: CountReport): Promise<void> {
  try {
    const writes = await applyRow(store, row);
    report.writes += writes;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    report.failed_rows += 1;
    if (!report.error_codes.includes(error.code)) report.error_codes.push(error.code);
    report.failed_from = earlier(report.failed_from, row.changes[0]?.sequence_number);
  }
}

function earlier(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return markOf(one) < markOf(other) ? one : other;
}
