import { OUTCOMES } from '../../counts/measures.ts';
import type { Bucket } from '../../counts/read.ts';

export const MINUTE_MS = 60_000;

/** Writes the time at which a minute since 1970 ends, in ISO 8601. */
export function writeMinuteEnd(minute: number): string {
  return new Date((minute + 1) * MINUTE_MS).toISOString();
}

/** Numbers of records of a source in a bucket. */
export interface TrafficTally {
  /** All records, with and without a verdict. */
  records: number;
  /** Records with a verdict. */
  analyzed: number;
  negative: number;
}

/** Tallies by source, and by the start of their bucket in minutes since 1970. */
export type Tallies = ReadonlyMap<string, ReadonlyMap<number, TrafficTally>>;

const NO_RECORDS: TrafficTally = { records: 0, analyzed: 0, negative: 0 };
/** Outcomes of records that have a verdict. */
const ANALYZED: ReadonlySet<string> = new Set([
  ...[OUTCOMES.POSITIVE, OUTCOMES.NEGATIVE, OUTCOMES.NEUTRAL, OUTCOMES.MIXED],
]);

export function tallyBuckets(buckets: Bucket[]): Tallies {
  const tallies = new Map<string, Map<number, TrafficTally>>();
  for (const { source, start_ms, measures } of buckets) {
    const of_source = tallies.get(source) ?? new Map<number, TrafficTally>();
    tallies.set(source, of_source.set(start_ms / MINUTE_MS, tally(measures)));
  }
  return tallies;
}

function tally(measures: Bucket['measures']): TrafficTally {
  const sum = { ...NO_RECORDS };
  for (const [name, value] of Object.entries(measures)) {
    const [family, , outcome = ''] = name.split('.');
    if (family !== 'n') continue;
    sum.records += value;
    if (ANALYZED.has(outcome)) sum.analyzed += value;
    if (outcome === OUTCOMES.NEGATIVE) sum.negative += value;
  }
  return sum;
}

/** Sums up the buckets of a source that start at `from` or later and before `to`, in minutes. */
export function sumTallies(
  tallies: Tallies,
  source: string,
  { from, to, step = 1 }: { from: number; to: number; step?: number },
): TrafficTally {
  const of_source = tallies.get(source);
  const sum = { ...NO_RECORDS };
  if (of_source === undefined) return sum;
  for (let start = from; start < to; start += step) {
    const { records, analyzed, negative } = of_source.get(start) ?? NO_RECORDS;
    sum.records += records;
    sum.analyzed += analyzed;
    sum.negative += negative;
  }
  return sum;
}
