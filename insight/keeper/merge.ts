import {
  InterruptedError,
  type LeaseDeps,
  NoTimeError,
  type RemainingMs,
  type RunStatement,
  StatementError,
  withLease,
} from './lease.ts';
import { type Batch, planBatches } from './plan.ts';
import type { Manifest, RawObject } from './ports.ts';
import { writeMerge } from './sql.ts';
import type { TablePreparation } from './table.ts';

export interface MergeDeps extends LeaseDeps {
  manifest: Manifest;
  preparation: TablePreparation;
  bucket: string;
  /** Time for which objects collect before they are merged, in milliseconds. */
  interval_ms: number;
  log: (message: string, details: object) => void;
}

export interface MergeReport {
  /** Number of objects that have been merged. */
  objects: number;
  statements: number;
  failed: number;
  /** Whether another keeper had the lease. */
  is_busy: boolean;
  /** Time for which the oldest object waits, in milliseconds. */
  oldest_ms: number;
}

/** Largest number of objects that one reading of the manifest returns. */
const LISTED = 2_000;
const MINUTE_MS = 60_000;
/** Longest time between two attempts to merge an object, in minutes. */
const LONGEST_DELAY = 64;
/** A message may come a little before the time for which objects collect. */
const TOLERANCE_MS = 500;

/**
 * Merges the raw objects that wait into the table `results`, as soon as the oldest has waited for the
 * interval. An object leaves the manifest after all its statements have succeeded, so a keeper may die
 * at any point: the next one repeats what is not noted, and repeating changes nothing.
 *
 * The function looks at the manifest again after it has released the lease. Without that, an object
 * whose message found the lease taken would wait for the next schedule.
 */
export async function mergePending(
  deps: MergeDeps,
  remaining_ms: RemainingMs,
): Promise<MergeReport> {
  const report = { objects: 0, statements: 0, failed: 0, is_busy: false };
  for (;;) {
    const waiting = await deps.manifest.list(LISTED);
    const due = findDue(waiting, deps);
    const oldest_ms = deps.now() - Math.min(deps.now(), ...waiting.map(({ found_at }) => found_at));
    // The table exists as soon as the keeper runs, so that queries of an empty lake work.
    if (due.length === 0 && deps.preparation.isDone()) return { ...report, oldest_ms };
    const held = await withLease(deps, remaining_ms, (run) => mergeAll(deps, run, due, report));
    if (held === undefined) return { ...report, oldest_ms, is_busy: true };
    if (held.result === 'interrupted') return { ...report, oldest_ms };
  }
}

function findDue(waiting: RawObject[], { now, interval_ms }: MergeDeps): RawObject[] {
  const ready = waiting.filter(({ retry_at }) => retry_at <= now());
  const latest = now() - interval_ms + TOLERANCE_MS;
  return ready.some(({ found_at }) => found_at <= latest) ? ready : [];
}

async function mergeAll(
  deps: MergeDeps,
  run: RunStatement,
  objects: RawObject[],
  report: Omit<MergeReport, 'oldest_ms'>,
): Promise<'done' | 'interrupted'> {
  try {
    await deps.preparation.prepare(run);
    for (const batch of planBatches(objects)) await mergeBatch(deps, run, batch, report);
    return 'done';
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    deps.log('merge interrupted', { reason: error.message });
    return 'interrupted';
  }
}

async function mergeBatch(
  deps: MergeDeps,
  run: RunStatement,
  { objects, merges }: Batch,
  report: Omit<MergeReport, 'oldest_ms'>,
): Promise<void> {
  try {
    for (const merge of merges) {
      void (await run(writeMerge(merge, deps.bucket)));
      report.statements += 1;
    }
    await deps.manifest.complete(objects);
    report.objects += objects.length;
  } catch (error) {
    const is_interrupted = error instanceof InterruptedError;
    if (!is_interrupted && !(error instanceof StatementError)) throw error;
    if (!(error instanceof NoTimeError)) await postpone(deps, objects);
    if (is_interrupted) throw error;
    report.failed += objects.length;
    deps.log('merge failed', { code: error.code, objects: objects.map(({ key }) => key) });
  }
}

/** Doubles the time before the next attempt with each failure. */
async function postpone({ manifest, now }: MergeDeps, objects: RawObject[]): Promise<void> {
  const failures = Math.max(...objects.map((object) => object.failures));
  const minutes = Math.min(2 ** failures, LONGEST_DELAY);
  await manifest.postpone(objects, now() + minutes * MINUTE_MS);
}
