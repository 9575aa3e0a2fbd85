import { createFindRetention, type RetentionSettings } from '../../schemas/index.ts';
import { type CheckDeps, type CheckReport, checkCounts } from '../counts/check/check.ts';
import type { ReadBuckets } from '../counts/read.ts';
import { type LeaseDeps, type RemainingMs, requireTime, runQuery } from './lease.ts';
import { startOfNight } from './night.ts';
import type { Manifest } from './ports.ts';

export interface CheckCountsDeps extends Pick<LeaseDeps, 'statements' | 'now' | 'sleep'> {
  manifest: Manifest;
  /** How long data of single tenants and sources is kept. */
  retention: RetentionSettings;
  /** Reads the counts, as GET /stats does. */
  readBuckets: ReadBuckets;
  /** Publishes a metric. */
  measure: (name: 'counts_drift' | 'counts_unchecked_seconds', value: number) => void;
  log: (message: string, details: object) => void;
  logError: (message: string, details: object) => void;
}

/** Largest number of objects that one reading of the manifest returns. */
const LISTED = 2_000;
/** Time for which an object may wait to be merged. It is less than the hour of the check's patience. */
const LATE_MS = 1_800_000;
/** Number of differences that a log line shows. */
const SHOWN = 10;

/**
 * Compares the counts with the table `results` once a night. A message comes every hour. If the check
 * is done, the message does nothing; if the check has failed, the next one tries again. Each message
 * publishes how long ago the last check ended, so that an alarm shows that checks fail. If no check has
 * ever ended, this is the time since the first message.
 */
export async function checkCountsAtNight(
  deps: CheckCountsDeps,
  remaining_ms: RemainingMs,
): Promise<void> {
  const { manifest, now, measure, log } = deps;
  const checked_at = await manifest.readTime('counts_checked');
  const unchecked_since = checked_at === 0 ? await readFirstAsked(deps) : checked_at;
  measure('counts_unchecked_seconds', Math.round((now() - unchecked_since) / 1_000));
  if (checked_at >= startOfNight(now())) return;
  const waiting = await manifest.list(LISTED);
  if (waiting.some(({ found_at }) => found_at < now() - LATE_MS)) {
    log('counts check postponed', { reason: 'Objects of the lake wait to be merged' });
    return;
  }
  const check: CheckDeps = {
    ...deps,
    findRetention: createFindRetention(deps.retention),
    runQuery: (sql) => runQuery(deps, remaining_ms, sql),
    requireTime: () => requireTime(remaining_ms),
  };
  const report = await checkCounts(check);
  measure('counts_drift', report.drifts.length);
  await manifest.writeTime('counts_checked', now());
  logReport(deps, report);
}

/** Returns the time of the first message, which is now if none came before. */
async function readFirstAsked({ manifest, now }: CheckCountsDeps): Promise<number> {
  const known = await manifest.readTime('counts_first_asked');
  if (known !== 0) return known;
  const first = now();
  await manifest.writeTime('counts_first_asked', first);
  return first;
}

function logReport({ log, logError }: CheckCountsDeps, { drifts, ...report }: CheckReport): void {
  const line = { ...report, drift: drifts.length, differences: drifts.slice(0, SHOWN) };
  if (drifts.length > 0) logError('counts have drifted', line);
  else log('counts checked', line);
}
