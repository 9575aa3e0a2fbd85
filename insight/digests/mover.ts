import type { Sentiment } from '../../schemas/index.ts';
import { createTally, type Tally } from '../counts/tally.ts';
import type { PeriodCounts } from './figures.ts';

/** The source that changed net sentiment most, and the sentiment of the texts that show it. */
export interface Mover {
  source: string;
  sentiment: Extract<Sentiment, 'POSITIVE' | 'NEGATIVE'>;
}

/**
 * Finds the source that moved net sentiment most in the direction in which it moved. A source moves it by its part
 * of the whole: (positive − negative) of the source, divided by all verdicts. Without verdicts in the period
 * before, the source with the largest negative part is the one.
 *
 * @returns undefined if the period has no verdict, or if nothing moved.
 */
export function findMover(now: PeriodCounts, before: PeriodCounts): Mover | undefined {
  const verdicts = countVerdicts(now.total);
  if (verdicts === 0) return undefined;
  const verdicts_before = countVerdicts(before.total);
  const movements = [...now.by_source].map(([source, tally]) => {
    const earlier = before.by_source.get(source) ?? createTally();
    const was = verdicts_before === 0 ? 0 : net(earlier) / verdicts_before;
    return { source, moved: net(tally) / verdicts - was };
  });
  const change =
    verdicts_before === 0
      ? -1
      : net(now.total) / verdicts - net(before.total) / verdicts_before || -1;
  const direction = Math.sign(change);
  const most = movements.reduce(
    (best, each) => (each.moved * direction > best.moved * direction ? each : best),
    { source: '', moved: 0 },
  );
  if (most.source === '') return undefined;
  return { source: most.source, sentiment: direction < 0 ? 'NEGATIVE' : 'POSITIVE' };
}

function countVerdicts({ total, by_sentiment }: Tally): number {
  return total - by_sentiment.no_verdict;
}

function net({ by_sentiment: { POSITIVE, NEGATIVE } }: Tally): number {
  return POSITIVE - NEGATIVE;
}
