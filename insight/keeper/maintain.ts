import { chunk } from '../../lib/chunk.ts';
import { type LeaseDeps, type RemainingMs, StatementError, waitForLease } from './lease.ts';
import { MAX_DAYS } from './plan.ts';
import type { Manifest } from './ports.ts';
import { VACUUM, writeOptimize } from './sql.ts';

export interface MaintainDeps extends LeaseDeps {
  manifest: Manifest;
}

/**
 * Athena does a part of a large OPTIMIZE or VACUUM, and then fails with a code that asks to run the
 * statement again. Source: https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
const MORE_RUNS_NEEDED = /MORE_RUNS_NEEDED/;

/**
 * Joins small files and removes replaced rows from the files of the days that have changed, then
 * removes old snapshots with the files that only they need. The lease is released between two
 * statements, so that objects are merged meanwhile.
 *
 * @throws {InterruptedError} if the time is up. The next run continues.
 */
export async function maintainTable(
  deps: MaintainDeps,
  remaining_ms: RemainingMs,
): Promise<{ days: number; statements: number }> {
  const report = { days: 0, statements: 0 };
  for (const days of chunk(await deps.manifest.changedDays(), MAX_DAYS)) {
    const started_at = deps.now();
    report.statements += await runUntilDone(deps, remaining_ms, writeOptimize(days));
    await deps.manifest.forgetDays(days, started_at);
    report.days += days.length;
  }
  report.statements += await runUntilDone(deps, remaining_ms, VACUUM);
  return report;
}

/** Runs a statement until nothing is left to do, and returns how often it ran. */
async function runUntilDone(
  deps: LeaseDeps,
  remaining_ms: RemainingMs,
  sql: string,
): Promise<number> {
  for (let runs = 1; ; runs += 1) {
    const is_done = await waitForLease(deps, remaining_ms, async (run) => {
      try {
        void (await run(sql));
        return true;
      } catch (error) {
        if (error instanceof StatementError && MORE_RUNS_NEEDED.test(error.code)) return false;
        throw error;
      }
    });
    if (is_done) return runs;
  }
}
