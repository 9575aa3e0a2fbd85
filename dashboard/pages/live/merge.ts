import type { ResultsResponse } from '../../../schemas/index.ts';

type Listed = ResultsResponse['results'][number];

/** Results that the page keeps while it follows. */
export const MOST_LIVE = 500;

/**
 * Adds a page of the newest results to those that are known. A new version of a record replaces the
 * old one. The newest arrival comes first.
 *
 * @returns the same list if the page has nothing new.
 */
export function mergeNewest(known: Listed[], page: Listed[]): Listed[] {
  const merged = new Map(known.map((result) => [nameResult(result), result]));
  let is_new = false;
  for (const result of page) {
    const before = merged.get(nameResult(result));
    if (before !== undefined && before.processed_at >= result.processed_at) continue;
    is_new = true;
    merged.set(nameResult(result), result);
  }
  if (!is_new) return known;
  return [...merged.values()]
    .sort((a, b) => (a.arrived_at < b.arrived_at ? 1 : -1))
    .slice(0, MOST_LIVE);
}

const nameResult = ({ source, record_id }: Listed) => `${source}/${record_id}`;

/** Counts the results of each sentiment. Those without a verdict count as `no_verdict`. */
export function countSentiments(results: Listed[]) {
  const counts = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  for (const { sentiment } of results) counts[sentiment ?? 'no_verdict'] += 1;
  return counts;
}
