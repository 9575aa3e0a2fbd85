import { setTimeout as sleep } from 'node:timers/promises';
import { QueryError } from '../../aws/athena/query.ts';
import type { Query } from './summary.ts';

const POLL_MS = 250;
const LONGEST_MS = 60_000;

/**
 * Waits until the table `results` of the lake has at least this number of results. The wait ends after
 * a minute, or after `longest_ms`, although results are missing; the report then says so.
 */
export async function waitForLake(
  query: Query,
  results: number,
  { signal, longest_ms = LONGEST_MS }: { signal: AbortSignal; longest_ms?: number | undefined },
): Promise<void> {
  const ends_at = performance.now() + longest_ms;
  while (performance.now() < ends_at && (await countResults(query)) < results) {
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Counts the results. The keeper creates the table, so a new lake has none. */
async function countResults(query: Query): Promise<number> {
  try {
    const { rows } = await query('SELECT count(*) AS n FROM results');
    return Number(rows[0]?.n ?? 0);
  } catch (error) {
    if (error instanceof QueryError && error.message.startsWith('TABLE_NOT_FOUND')) return 0;
    throw error;
  }
}
