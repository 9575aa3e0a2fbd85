import { chunk } from '../../lib/chunk.ts';
import { formatHour } from '../../schemas/index.ts';
import { type RemainingMs, waitForLease } from './lease.ts';
import type { MaintainDeps } from './maintain.ts';
import { LIST_DAYS, writeFindExpired, writeWithdrawExpired } from './sql.ts';

/**
 * Number of days of a query. It reads about 20 bytes of each row, so that 30 days with 100 million
 * records each stay below the scan limit of the work group.
 */
const DAYS_AT_A_TIME = 30;
/** Lines that were written before the last search may have arrived after it. */
const LATE_MS = 86_400_000;

/**
 * Withdraws the records whose rows had expired from the results table when their withdrawal came. Such a
 * withdrawal looks like that of a record that was never seen: it has no `first_created_at`, so no merge
 * finds its day. The search looks at all days of the table, if such a withdrawal has come since the last
 * search.
 *
 * @returns the number of days in which rows were withdrawn.
 * @throws {InterruptedError} if the time is up. The next run starts again, which changes nothing twice.
 */
export async function withdrawExpired(
  deps: MaintainDeps,
  remaining_ms: RemainingMs,
): Promise<number> {
  const { manifest, now, statements } = deps;
  const started_at = now();
  const searched_at = await manifest.readTime('unseen_searched');
  if ((await manifest.readTime('unseen_withdrawn')) <= searched_at) return 0;
  const since = formatHour(Math.max(0, searched_at - LATE_MS));
  const ask = (sql: string) =>
    waitForLease(deps, remaining_ms, async (run) => {
      const { rows } = await statements.answer(await run(sql));
      return rows.map(({ day }) => String(day));
    });
  let changed = 0;
  for (const days of chunk(await ask(LIST_DAYS), DAYS_AT_A_TIME)) {
    const found = await ask(writeFindExpired(days, since));
    if (found.length === 0) continue;
    // A keeper that dies after the statement must not leave the old texts in files that no night rewrites.
    await manifest.noteChanges(found);
    void (await waitForLease(deps, remaining_ms, (run) => run(writeWithdrawExpired(found, since))));
    await manifest.noteChanges(found);
    changed += found.length;
  }
  await manifest.writeTime('unseen_searched', started_at);
  return changed;
}
