import { isTimeZone, type TimeParts } from '../../../schemas/index.ts';
import { UnreadableFileError } from '../file-error.ts';
import type { FindZone } from './dates.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Offsets change at whole quarters of an hour. */
const QUARTER = 15 * MINUTE;
/** Number of quarters whose offset is remembered. */
const MAX_REMEMBERED = 50_000;

/**
 * Creates the function that finds the offset of a clock in a time zone. A time that the clock shows
 * twice, when daylight saving time ends, is the earlier one. A time that the clock leaves out, when
 * daylight saving time begins, is as much later as the clock is advanced, so 02:30 becomes 03:30.
 * Temporal calls this "compatible".
 *
 * @throws {UnreadableFileError} if there is no such time zone.
 */
export function createFindZone(time_zone: string): FindZone {
  if (!isTimeZone(time_zone)) {
    throw new UnreadableFileError(
      `--time-zone: there is no time zone ${JSON.stringify(time_zone)}.`,
      'Name one of the IANA database, such as Europe/Berlin.',
    );
  }
  const offsetAt = createOffsetAt(time_zone);
  return (parts) => {
    const clock = clockOf(parts);
    const before = offsetAt(clock - DAY);
    const after = offsetAt(clock + DAY);
    const is_after = before !== after && offsetAt(clock - before * MINUTE) !== before;
    const fits_after = offsetAt(clock - after * MINUTE) === after;
    return formatOffset(is_after && fits_after ? after : before);
  };
}

/** Returns the time that the clock shows as if it were UTC, in epoch milliseconds. */
function clockOf({ year, month, day, hour = 0, minute = 0, second = 0 }: TimeParts): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}

/** Creates the function that returns the offset of a zone at a time, in minutes. */
function createOffsetAt(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const remembered = new Map<number, number>();
  return (time) => {
    const quarter = Math.floor(time / QUARTER);
    const known = remembered.get(quarter);
    if (known !== undefined) return known;
    const offset = parseOffset(format.format(quarter * QUARTER));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(quarter, offset);
    return offset;
  };
}

/** Reads the offset of a text such as `11/1/2026, GMT+02:00`. UTC itself is `GMT`. */
function parseOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(text) ?? [];
  const offset = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -offset : offset;
}

function formatOffset(minutes: number): string {
  const pad = (part: number) => String(part).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}
