import type { DigestCadence, DigestPeriod } from '../../schemas/index.ts';
import { bucketStart, DAY_MS, type Interval } from '../counts/buckets.ts';

/** Days of a period, and the buckets that its chart shows. */
export const CADENCES: Record<DigestCadence, { days: number; interval: Interval }> = {
  daily: { days: 1, interval: 'hour' },
  weekly: { days: 7, interval: 'day' },
};

/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/**
 * Returns the last period that is over, in UTC.
 *
 * @param now epoch milliseconds
 * @example lastPeriod('daily', Date.UTC(2026, 10, 28, 6)) // 2026-11-27T00:00:00.000Z to 2026-11-28T00:00:00.000Z
 */
export function lastPeriod(cadence: DigestCadence, now: number): DigestPeriod {
  const today = bucketStart(now, 'day');
  const length = CADENCES[cadence].days * DAY_MS;
  const end =
    cadence === 'daily'
      ? today
      : today - ((((today - FIRST_MONDAY_MS) % length) + length) % length);
  return writePeriod(end - length, end);
}

/** Returns the period of the same length that ends where another begins. */
export function periodBefore({ from, to }: DigestPeriod): DigestPeriod {
  const start = Date.parse(from);
  return writePeriod(start - (Date.parse(to) - start), start);
}

function writePeriod(from: number, to: number): DigestPeriod {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
