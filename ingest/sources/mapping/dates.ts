/** Reads a date in the format of a file. Returns undefined if the text has another format. */
export type ReadDate = (text: string) => string | undefined;

/**
 * Reads a date and time in the usual forms: ISO 8601 with `T` or a space, with or without seconds
 * and zone; a date alone; RFC 2822 and the form of Twitter; English names of months; day.month.year;
 * and seconds, milliseconds, microseconds or nanoseconds since 1970. A date without a zone is UTC.
 * Dates with slashes are read only if one part cannot be a month, because their order differs by
 * country.
 *
 * @returns the time in ISO 8601; undefined if the value is no date.
 */
export function parseDate(value: unknown, readGiven?: ReadDate): string | undefined {
  if (typeof value === 'number') return parseEpoch(String(value));
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text.length > 64) return undefined;
  return (
    readGiven?.(text) ??
    parseEpoch(text) ??
    parseIso(text) ??
    parseNumeric(text) ??
    parseWords(text)
  );
}

/** The parts of a date. `zone` is `Z`, an offset such as `+02:00`, or absent. */
export interface DateParts {
  year: number;
  month: number;
  day: number;
  hour?: number;
  minute?: number;
  second?: number;
  fraction?: string | undefined;
  zone?: string | undefined;
}

/** Formats the parts as ISO 8601 in UTC. Returns undefined if the calendar has no such date. */
export function formatDate(parts: DateParts): string | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0, fraction, zone } = parts;
  const is_time = hour <= 23 && minute <= 59 && second <= 60;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59)));
  const is_date = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && day > 0;
  if (!is_date || !is_time || year < 1000 || year > 9999) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  const shifted = new Date(date.getTime() - offset * 60_000);
  if (shifted.getUTCFullYear() < 1000 || shifted.getUTCFullYear() > 9999) return undefined;
  const digits = fraction?.slice(0, 9);
  return `${shifted.toISOString().slice(0, 19)}${digits ? `.${digits}` : ''}Z`;
}

/** Zones that RFC 2822 names. */
const NAMED_ZONES: Record<string, string> = {
  ...{ UTC: 'Z', GMT: 'Z', UT: 'Z', EST: '-05:00', EDT: '-04:00', CST: '-06:00' },
  ...{ CDT: '-05:00', MST: '-07:00', MDT: '-06:00', PST: '-08:00', PDT: '-07:00' },
};

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined) return 0;
  const text = NAMED_ZONES[zone.toUpperCase()] ?? zone;
  if (/^z$/i.test(text)) return 0;
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return minutes > 18 * 60 ? undefined : match[1] === '-' ? -minutes : minutes;
}

/** Seconds from 1973 to 2128, and the same time in milliseconds, microseconds and nanoseconds. */
function parseEpoch(text: string): string | undefined {
  const match = /^(\d{9,19})(?:\.(\d+))?$/.exec(text);
  const digits = match?.[1];
  if (digits === undefined) return undefined;
  const exponent = [9, 10].includes(digits.length)
    ? 0
    : [12, 13].includes(digits.length)
      ? 3
      : [15, 16].includes(digits.length)
        ? 6
        : [18, 19].includes(digits.length)
          ? 9
          : undefined;
  if (exponent === undefined) return undefined;
  const seconds = Number(digits.slice(0, digits.length - exponent));
  if (seconds > 5_000_000_000) return undefined;
  const fraction = exponent === 0 ? match?.[2] : digits.slice(digits.length - exponent);
  const iso = new Date(seconds * 1_000).toISOString().slice(0, 19);
  const kept = fraction?.slice(0, 9).replace(/0+$/, '');
  return `${iso}${kept ? `.${kept}` : ''}Z`;
}

const TIME = String.raw`(?:[T ]\s*|,\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([AaPp]\.?[Mm]\.?)?`;
const ZONE = String.raw`\s*(Z|[A-Za-z]{2,3}|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\s*\([A-Za-z ]+\))?`;
const ISO = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?:${TIME}${ZONE})?$`, 'i');
const CHINESE = /^(\d{4})年(\d{1,2})月(\d{1,2})日(?:\s*(\d{1,2})[:时](\d{2})(?:[:分](\d{2}))?.?)?$/;

function parseIso(text: string): string | undefined {
  const compact = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z|[+-]\d{4})?)?$/i.exec(text);
  if (compact !== null) {
    const [, year, month, day, hour, minute, second, zone] = compact;
    return build([year, month, day], [hour, minute, second, undefined, undefined], zone);
  }
  const chinese = CHINESE.exec(text);
  if (chinese !== null) {
    const [, year, month, day, hour, minute, second] = chinese;
    return build([year, month, day], [hour, minute, second, undefined, undefined], undefined);
  }
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, , month, day, ...rest] = match;
  return build([year, month, day], rest.slice(0, 5), rest[5]);
}

const NUMERIC = new RegExp(`^(\\d{1,2})([./-])(\\d{1,2})\\2(\\d{4})(?:${TIME}${ZONE})?$`, 'i');

/** Day.month.year, and dates with slashes or hyphens whose order is certain. */
function parseNumeric(text: string): string | undefined {
  const match = NUMERIC.exec(text);
  if (match === null) return undefined;
  const [, first, sign, second, year, ...rest] = match;
  const is_day_first = sign === '.' || Number(first) > 12;
  if (!is_day_first && Number(second) <= 12 && first !== second) return undefined;
  const [day, month] = is_day_first ? [first, second] : [second, first];
  return build([year, month, day], rest.slice(0, 5), rest[5]);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = String.raw`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`;
const DAY = String.raw`(\d{1,2})(?:st|nd|rd|th)?`;
const WEEKDAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?`;
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([AaPp]\.?[Mm]\.?)?`;
const AT = String.raw`(?:,?\s+(?:at\s+)?)`;
const DAY_MONTH = new RegExp(
  `^${WEEKDAY}${DAY}[\\s-]+${MONTH}[\\s,-]+(\\d{4})(?:${AT}${CLOCK}${ZONE})?$`,
  'i',
);
const MONTH_DAY = new RegExp(
  `^${WEEKDAY}${MONTH}\\s+${DAY},?\\s+(\\d{4})(?:${AT}${CLOCK}${ZONE})?$`,
  'i',
);
/** `Wed Nov 09 20:00:00 +0000 2026`, as Twitter and Unix write. */
const UNIX = new RegExp(`^${WEEKDAY}${MONTH}\\s+${DAY}\\s+${CLOCK}${ZONE}\\s+(\\d{4})$`, 'i');
/** `09 1, 2016`, as the reviews of Amazon from 2018 write: month, day, year. */
const AMAZON = /^(\d{1,2}) (\d{1,2}), (\d{4})$/;

function parseWords(text: string): string | undefined {
  const day_month = DAY_MONTH.exec(text);
  if (day_month !== null) {
    const [, day, month, year, ...rest] = day_month;
    return build([year, monthOf(month), day], rest.slice(0, 5), rest[5]);
  }
  const month_day = MONTH_DAY.exec(text);
  if (month_day !== null) {
    const [, month, day, year, ...rest] = month_day;
    return build([year, monthOf(month), day], rest.slice(0, 5), rest[5]);
  }
  const unix = UNIX.exec(text);
  if (unix !== null) {
    const [, month, day, ...rest] = unix;
    return build([rest[6], monthOf(month), day], rest.slice(0, 5), rest[5]);
  }
  const amazon = AMAZON.exec(text);
  if (amazon === null) return undefined;
  return build([amazon[3], amazon[1], amazon[2]], [], undefined);
}

function monthOf(name: string | undefined): string {
  return String(MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1);
}

type Text = string | undefined;

function build([year, month, day]: Text[], time: Text[], zone: Text): string | undefined {
  const [hour, minute, second, fraction, half] = time;
  const hours = hourOf(Number(hour ?? 0), half);
  if (hours === undefined) return undefined;
  return formatDate({
    ...{ year: Number(year), month: Number(month), day: Number(day) },
    ...{ hour: hours, minute: Number(minute ?? 0), second: Number(second ?? 0), fraction, zone },
  });
}

/** Returns the hour of the day of a clock with am and pm. */
export function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}
