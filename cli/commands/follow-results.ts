import type { ResultsPage, ResultsQuery, ResultsReader } from '../../api/ports.ts';
import { recordKey } from '../../schemas/index.ts';
import { listResults } from './results-list.ts';

/**
 * Results can become visible in another order than their records arrived, because the shards of the
 * stream are analyzed independently. Each poll therefore reads the results of this time again.
 */
const OVERLAP_MS = 30_000;

type Listed = ResultsPage['results'][number];

export interface FollowOptions {
  query: Omit<ResultsQuery, 'limit' | 'after' | 'order' | 'from' | 'to'>;
  /** Number of results that the first poll yields. */
  lines: number;
  /** Pauses before the next poll. Throws an AbortError when the caller wants no more. */
  pause: () => Promise<void>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Yields results as they become visible, oldest arrival first. A new version of a record is a new
 * result. A result that becomes visible more than 30 seconds of arrivals late is not yielded.
 */
export async function* followResults(
  results: ResultsReader,
  { query, lines, pause, now }: FollowOptions,
): AsyncGenerator<Listed> {
  const arrivals = { ...query, order: 'arrived_at' } as const;
  let newest = now();
  let shown = new Map<string, number>();
  const first = lines === 0 ? [] : await listResults(results, arrivals, lines);
  // The first poll has shown all results that come after this one.
  const oldest = first.at(-1);
  const start = timeOf(oldest) ?? newest;
  for (let found = first; ; ) {
    const fresh = found.filter(
      (one) => !shown.has(versionOf(one)) && placeOf(one) >= placeOf(oldest),
    );
    yield* fresh.toReversed();
    newest = timeOf(found[0]) ?? newest;
    const from = Math.max(start, newest - OVERLAP_MS);
    for (const one of fresh) shown.set(versionOf(one), Date.parse(one.arrived_at));
    shown = new Map([...shown].filter(([, arrived_at]) => arrived_at >= from));
    await pause();
    const since = { ...arrivals, from: new Date(from).toISOString() };
    found = await listResults(results, since, Number.POSITIVE_INFINITY);
  }
}

function timeOf(result: Listed | undefined): number | undefined {
  return result === undefined ? undefined : Date.parse(result.arrived_at);
}

/** Returns the place of a result in the order of arrivals. */
function placeOf(result: Listed | undefined): string {
  return result === undefined ? '' : `${result.arrived_at}#${result.source}#${result.record_id}`;
}

function versionOf(result: Listed): string {
  return `${recordKey(result)} ${result.arrived_at} ${result.processed_at}`;
}
