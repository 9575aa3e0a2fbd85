import { chunk } from '../../lib/chunk.ts';
import type { RetentionSettings } from '../../schemas/index.ts';
import { writeDeleteExpired, writeFindOld } from './expire-sql.ts';
import { type RemainingMs, waitForLease } from './lease.ts';
import type { MaintainDeps } from './maintain.ts';
import { LIST_DAYS } from './sql.ts';

export interface ExpireDeps extends MaintainDeps {
  /** How long data of single tenants and sources is kept. */
  retention: RetentionSettings;
}

/** Number of days of a query. It reads about 30 bytes of each row, as the search for expired rows. */
const DAYS_AT_A_TIME = 30;

/**
 * Deletes from the table `results` the rows of tenants and sources whose days are over. Withdrawn rows stay,
 * because they have no content, and the night finds lines by them that arrive later. The maintenance that
 * follows removes the rows from the files.
 *
 * @returns the number of days of the table in which rows were deleted.
 * @throws {InterruptedError} if the time is up. The next run starts again.
 */
export async function expireSources(deps: ExpireDeps, remaining_ms: RemainingMs): Promise<number> {
  const { manifest, now, retention, statements } = deps;
  if (Object.keys({ ...retention.by_tenant, ...retention.by_source }).length === 0) return 0;
  const at = now();
  const ask = (sql: string) =>
    waitForLease(deps, remaining_ms, async (run) => {
      const { rows } = await statements.answer(await run(sql));
      return rows.map(({ day }) => String(day));
    });
  let changed = 0;
  for (const days of chunk(await ask(LIST_DAYS), DAYS_AT_A_TIME)) {
    const found = await ask(writeFindOld(retention, days, at));
    if (found.length === 0) continue;
    // A keeper that dies after the statement must not leave the rows in files that no night rewrites.
    await manifest.noteChanges(found);
    const sql = writeDeleteExpired(retention, found, at);
    void (await waitForLease(deps, remaining_ms, (run) => run(sql)));
    await manifest.noteChanges(found);
    changed += found.length;
  }
  return changed;
}
