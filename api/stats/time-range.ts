import {
  bucketStart,
  DAY_MS,
  factsOf,
  INTERVALS,
  type Interval,
} from '../../insight/counts/buckets.ts';
import { HttpError } from '../http/errors.ts';

/**
 * Lengths of a range, for each interval. A range is at most `longest_days` long. If a query has no
 * `from`, the range is `default_ms` long.
 */
const LIMITS: Record<Interval, { longest_days: number; default_ms: number }> = {
  minute: { longest_days: 1, default_ms: 3_600_000 },
  quarter_hour: { longest_days: 7, default_ms: DAY_MS },
  hour: { longest_days: 31, default_ms: DAY_MS },
  day: { longest_days: 366, default_ms: 30 * DAY_MS },
};

/** Range of times in epoch milliseconds. The range includes `from` and excludes `to`. */
export interface TimeRange {
  from: number;
  to: number;
}

/** Start and end of the range that a query asks for, in ISO 8601. */
interface AskedRange {
  from?: string | undefined;
  to?: string | undefined;
}

/**
 * Returns the time range of a query. If the query has no `from` or no `to`, defaults apply. The range
 * is extended to whole intervals, so that queries at different times of an interval have the same
 * answer, which can be cached.
 *
 * @throws {HttpError} VALIDATION_ERROR if `from` is not before `to`, the range is too long, or its
 * buckets are no longer kept.
 */
export function resolveTimeRange(
  { interval, ...asked }: AskedRange & { interval: Interval },
  now: number,
): TimeRange {
  const { longest_days, default_ms } = LIMITS[interval];
  const { from, to } = readRange(asked, default_ms, now);
  if (to - from > longest_days * DAY_MS) {
    throw badFrom(`must be at most ${longest_days} days before to, by ${interval}`);
  }
  const { ms } = INTERVALS[interval];
  const start = bucketStart(from, interval);
  const { kept_ms } = factsOf(interval);
  if (kept_ms !== undefined && start <= now - kept_ms) {
    throw badFrom(`must be less than ${kept_ms / DAY_MS} days ago, by ${interval}`);
  }
  return { from: start, to: Math.ceil(to / ms) * ms };
}

const MINUTES_MS = 3 * 3_600_000;
const HOURS_MS = LIMITS.hour.longest_days * DAY_MS;

/**
 * Returns the range and the interval of an overview: minutes up to three hours that are recent enough,
 * hours up to 31 days, otherwise days.
 *
 * @throws {HttpError} as {@link resolveTimeRange}.
 */
export function chooseRange(asked: AskedRange, now: number): TimeRange & { interval: Interval } {
  const { from, to } = readRange(asked, DAY_MS, now);
  const length = to - from;
  // The period before the range must be kept as well.
  const has_minutes =
    length <= MINUTES_MS && from - length - MINUTES_MS > now - INTERVALS.minute.kept_ms;
  const interval = has_minutes ? 'minute' : length <= HOURS_MS ? 'hour' : 'day';
  const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return { interval, ...resolveTimeRange({ interval, ...times }, now) };
}

function readRange(asked: AskedRange, default_ms: number, now: number): TimeRange {
  const to = asked.to === undefined ? now : Date.parse(asked.to);
  const from = asked.from === undefined ? to - default_ms : Date.parse(asked.from);
  if (!(from < to)) throw badFrom('must be before to');
  return { from, to };
}

function badFrom(message: string): HttpError {
  return new HttpError('VALIDATION_ERROR', `from: ${message}`, { field: 'from' });
}
