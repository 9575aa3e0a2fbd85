import { recordKey } from '../../schemas/index.ts';
import { InterruptedError, type RemainingMs, waitForLease } from './lease.ts';
import type { MaintainDeps } from './maintain.ts';
import type { RawLine, RawObjects } from './ports.ts';
import { writeFindStale } from './sql.ts';

export interface RewriteDeps extends MaintainDeps {
  raw: RawObjects;
}

/**
 * Time for which raw objects are searched after a withdrawal, in milliseconds. Lines of the record that
 * were written before its withdrawal can arrive so much later: a batch is retried for 13 hours.
 */
const SEARCHED_MS = 2 * 86_400_000;
/** Largest number of records and objects that one query returns. */
const ROWS = 20_000;

/**
 * Removes the texts of withdrawn records from the raw objects, if a record has been withdrawn in the
 * last two days. Each query is of one day, so that none exceeds the scan limit of the work group. An
 * object is overwritten in place, so that an object that still waits to be merged is merged without
 * the text.
 *
 * @returns the number of objects that were overwritten.
 * @throws {InterruptedError} if the time is up. The next run continues.
 */
export async function rewriteWithdrawn(
  deps: RewriteDeps,
  remaining_ms: RemainingMs,
): Promise<number> {
  const { manifest, now, raw } = deps;
  const started_at = now();
  const withdrawn_at = await manifest.readTime('withdrawn');
  const searched_at = await manifest.readTime('rewriting_started');
  if (withdrawn_at === 0 || withdrawn_at + SEARCHED_MS < searched_at) return 0;
  let objects = 0;
  for (const day of (await raw.days()).reverse()) {
    objects += (await rewriteDay(deps, remaining_ms, day)).length;
  }
  await manifest.writeTime('rewriting_started', started_at);
  return objects;
}

/**
 * Removes the texts of withdrawn records from the raw objects of a day.
 *
 * @returns the keys of the objects that were overwritten.
 */
export async function rewriteDay(
  deps: Omit<RewriteDeps, 'manifest'>,
  remaining_ms: RemainingMs,
  day: string,
): Promise<string[]> {
  for (const keys: string[] = []; ; ) {
    const found = await waitForLease(deps, remaining_ms, async (run) => {
      const { rows } = await deps.statements.answer(await run(writeFindStale(day, ROWS)));
      const paths = groupByPath(rows as unknown as StaleRow[]);
      for (const [path, revisions] of paths) {
        if (remaining_ms() < LEAST_MS)
          throw new InterruptedError('The time of the invocation is up');
        await deps.raw.blank(keyOfPath(path), (line) => isStale(line, revisions));
      }
      return { keys: [...paths.keys()].map(keyOfPath), is_all: rows.length < ROWS };
    });
    keys.push(...found.keys);
    if (found.is_all) return keys;
  }
}

/** Time that rewriting one object and releasing the lease needs, in milliseconds. */
const LEAST_MS = 60_000;

interface StaleRow {
  path: string;
  tenant: string;
  source: string;
  record_id: string;
  revision: number;
}

/** Returns, for each path, the revisions of the withdrawals of its records, by their keys. */
function groupByPath(rows: StaleRow[]): Map<string, Map<string, number>> {
  const paths = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const revisions = paths.get(row.path) ?? new Map<string, number>();
    paths.set(row.path, revisions.set(recordKey(row), row.revision));
  }
  return paths;
}

function isStale(line: RawLine, revisions: Map<string, number>): boolean {
  const withdrawn = revisions.get(recordKey(line));
  return withdrawn !== undefined && (line.revision ?? 0) < withdrawn;
}

/** Returns the key of an object from Athena's `$path`. */
export const keyOfPath = (path: string) => path.replace(/^s3:\/\/[^/]+\//, '');
