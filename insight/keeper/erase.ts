import { chunk } from '../../lib/chunk.ts';
import { type Selection, selects } from '../../schemas/index.ts';
import { writeCountSelected, writeDeleteSelected, writeFindSelected } from './erase-sql.ts';
import {
  type LeaseDeps,
  type RemainingMs,
  runQuery,
  StatementError,
  waitForLease,
} from './lease.ts';
import { MAX_DAYS } from './plan.ts';
import type { RawObjects } from './ports.ts';
import { keyOfPath, rewriteDay } from './rewrite.ts';

export interface EraseFromLakeDeps extends LeaseDeps {
  raw: RawObjects;
}

/** Number of rows of each day, such as `2026-11-27`. */
type DayCount = { day: string; n: number };

/**
 * Creates the functions that erase from the lake what is selected. They run under the lease of the
 * keeper. No statement holds the name of an author or the id of a record, because Athena remembers
 * statements for 45 days: they compare hashes.
 */
export function createEraseFromLake(deps: EraseFromLakeDeps, remaining_ms: RemainingMs) {
  const countDays = async (selection: Selection) => {
    try {
      const rows = await runQuery(deps, remaining_ms, writeCountSelected(selection));
      return rows as DayCount[];
    } catch (error) {
      // The keeper creates the table when the first object arrives.
      if (error instanceof StatementError && error.code === 'TABLE_NOT_FOUND') return [];
      throw error;
    }
  };
  return {
    async countRows(selection: Selection): Promise<number> {
      return (await countDays(selection)).reduce((sum, { n }) => sum + n, 0);
    },
    async deleteRows(selection: Selection): Promise<void> {
      const days = (await countDays(selection)).map(({ day }) => day);
      for (const some of chunk(days, MAX_DAYS)) {
        const sql = writeDeleteSelected(selection, some);
        await waitForLease(deps, remaining_ms, async (run) => void (await run(sql)));
      }
    },
    rawDays: () => deps.raw.days(),
    async blankDay(selection: Selection, day: string): Promise<string[]> {
      const selected = await blankSelected(deps, remaining_ms, { selection, day });
      return [...selected, ...(await rewriteDay(deps, remaining_ms, day))];
    },
  };
}

/** Blanks the selected lines of a day. Under the lease, no statement reads an object meanwhile. */
async function blankSelected(
  deps: EraseFromLakeDeps,
  remaining_ms: RemainingMs,
  { selection, day }: { selection: Selection; day: string },
): Promise<string[]> {
  return waitForLease(deps, remaining_ms, async (run) => {
    const id = await run(writeFindSelected(selection, day));
    const { rows } = await deps.statements.answer(id);
    const keys = rows.map(({ path }) => keyOfPath(String(path)));
    for (const key of keys) await deps.raw.blank(key, (line) => selects(selection, line));
    return keys;
  });
}
