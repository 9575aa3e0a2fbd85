import type { CountedRow } from '../../schemas/index.ts';

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Which time of a record decides in which bucket it counts. */
const TIMES = ['created_at', 'arrived_at'] as const;
type CountedTime = (typeof TIMES)[number];

interface IntervalFacts {
  ms: number;
  /** Number of leading characters of an ISO 8601 time that identify a bucket. */
  start_length: number;
  /** Number of leading characters that identify the partition of a bucket. */
  partition_length: number;
  /** Time after its start in which a bucket is counted and can be read. Absent: always. */
  kept_ms?: number;
}

/** Sizes of the buckets. A query of the API reads at most three partitions of one size. */
export const INTERVALS = {
  minute: { ms: MINUTE_MS, start_length: 16, partition_length: 10, kept_ms: 2 * DAY_MS },
  quarter_hour: {
    ms: 15 * MINUTE_MS,
    start_length: 16,
    partition_length: 7,
    kept_ms: 42 * DAY_MS,
  },
  hour: { ms: 60 * MINUTE_MS, start_length: 13, partition_length: 7 },
  day: { ms: DAY_MS, start_length: 10, partition_length: 4 },
} as const satisfies Record<string, IntervalFacts>;
export type Interval = keyof typeof INTERVALS;

/** Buckets of one size by one time of the records. */
export interface Family {
  time: CountedTime;
  interval: Interval;
}

export const FAMILIES: Family[] = TIMES.flatMap((time) =>
  (Object.keys(INTERVALS) as Interval[]).map((interval) => ({ time, interval })),
);

/** Returns the facts of an interval. */
export function factsOf(interval: Interval): IntervalFacts {
  return INTERVALS[interval];
}

/** Returns the start of the bucket of a time, in epoch milliseconds. */
export function bucketStart(time_ms: number, interval: Interval): number {
  const { ms } = INTERVALS[interval];
  return Math.floor(time_ms / ms) * ms;
}

/** Writes the start of a bucket as its rows have it, such as `2026-11-27T06` for an hour. */
export function writeStart(start_ms: number, interval: Interval): string {
  return new Date(start_ms).toISOString().slice(0, INTERVALS[interval].start_length);
}

/** Reads what {@link writeStart} has written. Returns epoch milliseconds. */
export function readStart(start: string): number {
  return Date.parse(`${start}${'1970-01-01T00:00:00.000Z'.slice(start.length)}`);
}

/**
 * Returns whether a change counts in a bucket. The change's own time decides, not the clock, so that
 * a redelivered change is judged in the same way. A record that was left out of a bucket is also left
 * out when it is taken away, because that happens later.
 */
export function isKept(start_ms: number, interval: Interval, changed_at: number): boolean {
  const { kept_ms } = factsOf(interval);
  return kept_ms === undefined || start_ms + kept_ms > changed_at;
}

/** Returns the buckets in which a row of the results table counts. */
export function bucketsOf(
  row: CountedRow,
  changed_at: number,
): { family: Family; start_ms: number }[] {
  return FAMILIES.flatMap((family) => {
    const start_ms = bucketStart(Date.parse(row[family.time]), family.interval);
    return isKept(start_ms, family.interval, changed_at) ? [{ family, start_ms }] : [];
  });
}
