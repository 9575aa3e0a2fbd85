import type { ReadBuckets } from '../../counts/read.ts';
import { type Baseline, estimateBaseline, median } from '../shifts/baseline.ts';
import { MINUTE_MS, sumTallies, type Tallies, type TrafficTally, tallyBuckets } from './tallies.ts';

/** Earlier weeks that a baseline is made of. Quarters of an hour are kept for six weeks. */
const WEEKS = 4;
const WEEK_MINUTES = 7 * 24 * 60;
/** Half of the hours of a week that a baseline is made of, in minutes. */
const HALF_MINUTES = 90;
/** Minutes from one estimate to the next, and the length of the buckets. */
const STEP = 15;
/** Records of the earlier weeks below which there is no usual share. */
const LEAST_RECORDS = 30;

/** The usual traffic of the sources of a tenant. Minutes are counted since 1970. */
export interface Baselines {
  /** The usual share of negative records around a minute. Undefined: there is too little history. */
  share(source: string, minute: number): Baseline | undefined;
  /**
   * The usual number of records from a minute up to another, which is three hours later at most.
   * Undefined: there is no history.
   */
  records(source: string, from: number, to: number): number | undefined;
  /** The sources that have history, with the most records first. */
  sources(): string[];
}

export type ReadBaselines = (tenant: string, from: number, to: number) => Promise<Baselines>;

/**
 * Creates the function that reads the usual traffic for a range of minutes: the same hours of the four
 * weeks before. It keeps the last range of each tenant in memory, so that a tenant costs four queries
 * each quarter of an hour.
 */
export function createReadBaselines(readBuckets: ReadBuckets): ReadBaselines {
  const known = new Map<string, { from: number; to: number; baselines: Baselines }>();
  return async (tenant, first, last) => {
    const from = floorToStep(first) - HALF_MINUTES;
    const to = floorToStep(last) + HALF_MINUTES;
    const before = known.get(tenant);
    if (before !== undefined && before.from <= from && before.to >= to) return before.baselines;
    const weeks = await Promise.all(
      Array.from({ length: WEEKS }, async (_, week) => {
        const shift = (week + 1) * WEEK_MINUTES;
        const range = { from: (from - shift) * MINUTE_MS, to: (to - shift) * MINUTE_MS };
        const family = { time: 'arrived_at', interval: 'quarter_hour' } as const;
        return tallyBuckets(await readBuckets({ tenant, ...family, ...range }));
      }),
    );
    const baselines = createBaselines(weeks);
    known.set(tenant, { from, to, baselines });
    return baselines;
  };
}

/** @param weeks quarters of an hour, the latest week first. */
function createBaselines(weeks: Tallies[]): Baselines {
  const sumWeeks = (source: string, minute: number) => {
    const middle = floorToStep(minute);
    return weeks.map((week, i) => {
      const same_time = middle - (i + 1) * WEEK_MINUTES;
      const hours = { from: same_time - HALF_MINUTES, to: same_time + HALF_MINUTES, step: STEP };
      return sumTallies(week, source, hours);
    });
  };
  return {
    share: memoize((source, minute) => estimateShare(sumWeeks(source, minute)), floorToStep),
    records(source, from, to) {
      const per_minute = estimateRate(sumWeeks(source, (from + to) / 2));
      return per_minute === undefined ? undefined : per_minute * (to - from);
    },
    sources() {
      const records = new Map<string, number>();
      for (const [source, buckets] of weeks.flatMap((week) => [...week])) {
        const more = [...buckets.values()].reduce((sum, bucket) => sum + bucket.records, 0);
        records.set(source, (records.get(source) ?? 0) + more);
      }
      return [...records].sort(([, one], [, other]) => other - one).map(([source]) => source);
    },
  };
}

function estimateShare(weeks: TrafficTally[]): Baseline | undefined {
  const tallies = weeks.map(({ analyzed, negative }) => ({ records: analyzed, negative }));
  const all = tallies.reduce((sum, { records }) => sum + records, 0);
  return all < LEAST_RECORDS ? undefined : estimateBaseline(tallies, 2 * HALF_MINUTES);
}

/** Weeks before the first record of a source say nothing about it. */
function estimateRate(weeks: TrafficTally[]): number | undefined {
  const oldest = weeks.findLastIndex(({ records }) => records > 0);
  if (oldest < 0) return undefined;
  return median(weeks.slice(0, oldest + 1).map(({ records }) => records)) / (2 * HALF_MINUTES);
}

function floorToStep(minute: number): number {
  return Math.floor(minute / STEP) * STEP;
}

function memoize<Value>(
  compute: (source: string, minute: number) => Value,
  round: (minute: number) => number,
): (source: string, minute: number) => Value {
  const known = new Map<string, Value>();
  return (source, minute) => {
    const key = `${source}#${round(minute)}`;
    if (!known.has(key)) known.set(key, compute(source, minute));
    return known.get(key) as Value;
  };
}
