import { HttpError } from '../http/errors.ts';
import type { StatsQuery } from '../ports.ts';

const DAY_MS = 86_400_000;

/**
 * Lengths of a range, for each interval. A range is at most `longest_days` long. If a query has no
 * `from`, the range is `default_ms` long.
 */
const LIMITS: Record<StatsQuery['interval'], { longest_days: number; default_ms: number }> = {
  minute: { longest_days: 1, default_ms: 3_600_000 },
  hour: { longest_days: 31, default_ms: DAY_MS },
  day: { longest_days: 366, default_ms: 30 * DAY_MS },
};

/** Range of times in ISO 8601, in UTC. The range includes `from` and excludes `to`. */
export interface TimeRange {
  from: string;
  to: string;
}

const INTERVAL_MS: Record<StatsQuery['interval'], number> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
};

/**
 * Returns the time range of a query. If the query has no `from` or no `to`, defaults apply. The range
 * is extended to whole intervals, so that queries at different times of an interval have the same
 * answer, which can be cached.
 *
 * @throws {HttpError} VALIDATION_ERROR if `from` is not before `to` or the range is too long.
 */
export function resolveTimeRange({ interval, from, to }: StatsQuery, now: number): TimeRange {
  const { longest_days, default_ms } = LIMITS[interval];
  const end = to === undefined ? now : Date.parse(to);
  const start = from === undefined ? end - default_ms : Date.parse(from);
  if (!(start < end)) throw badFrom('must be before to');
  if (end - start > longest_days * DAY_MS) {
    throw badFrom(`must be at most ${longest_days} days before to, by ${interval}`);
  }
  const step = INTERVAL_MS[interval];
  return {
    from: new Date(Math.floor(start / step) * step).toISOString(),
    to: new Date(Math.ceil(end / step) * step).toISOString(),
  };
}

function badFrom(message: string): HttpError {
  return new HttpError('VALIDATION_ERROR', `from: ${message}`, { field: 'from' });
}
