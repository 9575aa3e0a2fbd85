import type { OverviewResponse } from '../../schemas/index.ts';

type Counts = Pick<OverviewResponse, 'total' | 'by_sentiment'>;

/** Numbers that say how a set of records feels. They are undefined without a record with a verdict. */
export interface Figures {
  records: number;
  /** Share of positive less share of negative records, from -100 to 100. */
  net: number | undefined;
  negative: number | undefined;
  positive: number | undefined;
}

/** Computes the figures of records. The shares are of the records that have a verdict. */
export function computeFigures({ total, by_sentiment }: Counts): Figures {
  const { POSITIVE, NEGATIVE, NEUTRAL, MIXED } = by_sentiment;
  const judged = POSITIVE + NEGATIVE + NEUTRAL + MIXED;
  if (judged === 0) {
    return { records: total, net: undefined, negative: undefined, positive: undefined };
  }
  return {
    records: total,
    net: (100 * (POSITIVE - NEGATIVE)) / judged,
    negative: NEGATIVE / judged,
    positive: POSITIVE / judged,
  };
}

/**
 * Adds up neighbouring counts until at most `most` groups are left, so that a small line shows the
 * course and not the noise.
 */
export function groupCounts(counts: Counts[], most: number): Counts[] {
  const size = Math.ceil(counts.length / most);
  const groups: Counts[] = [];
  for (const [index, { total, by_sentiment }] of counts.entries()) {
    const group = index % size === 0 ? undefined : groups.at(-1);
    if (group === undefined) {
      groups.push({ total, by_sentiment: { ...by_sentiment } });
      continue;
    }
    group.total += total;
    for (const name of Object.keys(by_sentiment) as (keyof Counts['by_sentiment'])[]) {
      group.by_sentiment[name] += by_sentiment[name];
    }
  }
  return groups;
}

/**
 * A change between two periods: `relative` for numbers of things (0.5 is half more), `points` for
 * shares and net sentiment, in hundredths.
 */
export interface Change {
  kind: 'relative' | 'points';
  value: number;
}

/** Compares numbers of things. Undefined if there were none before. */
export function compareCounts(now: number, before: number): Change | undefined {
  return before === 0 ? undefined : { kind: 'relative', value: (now - before) / before };
}

/** Compares values in hundredths. Undefined if a period has none. */
export function comparePoints(
  now: number | undefined,
  before: number | undefined,
): Change | undefined {
  if (now === undefined || before === undefined) return undefined;
  return { kind: 'points', value: now - before };
}

/**
 * Expected units of the whole month, if its rest goes on like its past.
 *
 * @param month calendar month in UTC, such as `2026-11`.
 * @param now epoch milliseconds.
 */
export function forecastUnits(used_units: number, month: string, now: number): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const start = Date.UTC(year, number - 1, 1);
  const end = Date.UTC(year, number, 1);
  const past = Math.min(end, now) - start;
  // In the first hour of a month, the past says nothing.
  return past < 3_600_000 ? used_units : (used_units * (end - start)) / past;
}
