import type { StatsResponse } from '../../schemas/index.ts';
import type { Cell } from './read-measures.ts';

/** Records by sentiment. */
export type Tally = Pick<StatsResponse, 'total' | 'withdrawn' | 'by_sentiment'>;

/** Returns a tally of no records. */
export function createTally(): Tally {
  const by_sentiment = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  return { total: 0, withdrawn: 0, by_sentiment };
}

/** Returns the tally of a key. If the key is new, its tally has no records. */
export function getTally<Key>(tallies: Map<Key, Tally>, key: Key): Tally {
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const tally = createTally();
  tallies.set(key, tally);
  return tally;
}

/** Adds the records of a cell. */
export function addCell(sum: Tally, { counts_as, records }: Cell): void {
  if (counts_as === undefined) sum.withdrawn += records;
  else {
    sum.by_sentiment[counts_as] += records;
    sum.total += records;
  }
}

/** Adds a tally to the first one. */
export function addTally(sum: Tally, { total, withdrawn, by_sentiment }: Tally): void {
  sum.total += total;
  sum.withdrawn += withdrawn;
  sum.by_sentiment.POSITIVE += by_sentiment.POSITIVE;
  sum.by_sentiment.NEGATIVE += by_sentiment.NEGATIVE;
  sum.by_sentiment.NEUTRAL += by_sentiment.NEUTRAL;
  sum.by_sentiment.MIXED += by_sentiment.MIXED;
  sum.by_sentiment.no_verdict += by_sentiment.no_verdict;
}
