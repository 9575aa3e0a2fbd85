import type { DigestFigures } from '../../schemas/index.ts';
import type { Bucket } from '../counts/read.ts';
import { readMeasures } from '../counts/read-measures.ts';
import { addCell, addTally, createTally, getTally, type Tally } from '../counts/tally.ts';

/** The records of a period. */
export interface PeriodCounts {
  total: Tally;
  by_source: Map<string, Tally>;
  by_start: Map<number, Tally>;
}

/** Adds up the buckets of a period. */
export function sumUp(buckets: Bucket[]): PeriodCounts {
  const sums: PeriodCounts = { total: createTally(), by_source: new Map(), by_start: new Map() };
  for (const { start_ms, source, measures } of buckets) {
    const tally = createTally();
    for (const cell of readMeasures(measures).cells) addCell(tally, cell);
    addTally(sums.total, tally);
    addTally(getTally(sums.by_source, source), tally);
    addTally(getTally(sums.by_start, start_ms), tally);
  }
  return sums;
}

/** Calculates the figures of records. Records without a verdict count as records, and in no share. */
export function figuresOf({ total, by_sentiment }: Tally): DigestFigures {
  const { POSITIVE, NEGATIVE, no_verdict } = by_sentiment;
  const verdicts = total - no_verdict;
  const share = (records: number) => (verdicts === 0 ? null : round(records / verdicts));
  return {
    records: total,
    net_sentiment: share(POSITIVE - NEGATIVE),
    negative_share: share(NEGATIVE),
    positive_share: share(POSITIVE),
  };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
