import { RANGES, type RangeName, type View } from './view.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Length to which the start of a period is rounded, so that the request stays the same for a while. */
const STEPS: Record<RangeName, number> = {
  '1h': MINUTE,
  '24h': HOUR,
  '7d': HOUR,
  '30d': HOUR,
  '90d': 24 * HOUR,
};

/**
 * Returns the period of a view as the parameters `from` and `to`. A period that ends now has no `to`.
 *
 * @param now epoch milliseconds.
 */
export function findPeriod(
  { range, from, to }: Pick<View, 'range' | 'from' | 'to'>,
  now: number,
): { from: string; to?: string } {
  if (from !== undefined && to !== undefined) return { from: write(from), to: write(to) };
  const step = STEPS[range];
  return { from: write(Math.floor((now - RANGES[range]) / step) * step) };
}

const write = (time: number) => new Date(time).toISOString();
