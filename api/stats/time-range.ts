import { HttpError } from '../http/errors.ts';
import type { StatsQuery } from '../ports.ts';

export const DAY_MS = 86_400_000;

/** For each interval, the longest range and the default range. */
const LIMITS: Record<StatsQuery['interval'], { longest_days: number; default_ms: number }> = {
  minute: { longest_days: 1, default_ms: 3_600_000 },
  hour: { longest_days: 31, default_ms: DAY_MS },
  day: { longest_days: 366, default_ms: 30 * DAY_MS },
};

/** ISO 8601 in UTC: from `from` to before `to`. */
export interface TimeRange {
  from: string;
  to: string;
}

/** The range of a query. @throws {HttpError} VALIDATION_ERROR */
export function resolveTimeRange({ interval, from, to }: StatsQuery, now: number): TimeRange {
  const { longest_days, default_ms } = LIMITS[interval];
  const end = to === undefined ? now : Date.parse(to);
  const start = from === undefined ? end - default_ms : Date.parse(from);
  if (!(start < end)) throw badFrom('must be before to');
  if (end - start > longest_days * DAY_MS) {
    throw badFrom(`must be at most ${longest_days} days before to, by ${interval}`);
  }
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

function badFrom(message: string): HttpError {
  return new HttpError('VALIDATION_ERROR', `from: ${message}`, { field: 'from' });
}
