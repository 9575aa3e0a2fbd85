import { type ExpireDeps, expireSources } from './expire-sources.ts';
import { findMissed } from './find-missed.ts';
import { InterruptedError, type RemainingMs } from './lease.ts';
import { maintainTable } from './maintain.ts';
import { type RewriteDeps, rewriteWithdrawn } from './rewrite.ts';
import { withdrawExpired } from './withdraw-expired.ts';

export interface NightDeps extends RewriteDeps, ExpireDeps {
  log: (message: string, details: object) => void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The night's work begins at this hour, in UTC. */
const FIRST_HOUR = 2;

/**
 * Does the work of the night: finds missed objects, withdraws records whose rows had expired, rewrites
 * raw objects that hold withdrawn texts, deletes rows of sources whose days are over, optimises the table
 * and removes old snapshots. A message comes
 * every hour. If the work is done, the message does nothing; if a run was interrupted, the next one goes
 * on.
 */
export async function workAtNight(deps: NightDeps, remaining_ms: RemainingMs): Promise<void> {
  const { manifest, now, log } = deps;
  const night = startOfNight(now());
  if ((await manifest.readTime('maintained')) >= night) return;
  try {
    const missed = await findMissed(deps);
    const withdrawn_days = await withdrawExpired(deps, remaining_ms);
    const rewritten = await rewriteWithdrawn(deps, remaining_ms);
    const expired_days = await expireSources(deps, remaining_ms);
    const { days, statements } = await maintainTable(deps, remaining_ms);
    await manifest.writeTime('maintained', now());
    const done = { missed, withdrawn_days, rewritten, expired_days, days, statements };
    log('lake maintained', done);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    log('maintenance interrupted', { reason: error.message });
  }
}

/** Returns the last time at which a night began. */
export function startOfNight(now: number): number {
  const since_midnight = now % DAY_MS;
  const today = now - since_midnight + FIRST_HOUR * HOUR_MS;
  return today <= now ? today : today - DAY_MS;
}
