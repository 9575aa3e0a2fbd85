import {
  formatTime,
  monthNumber,
  partsOf,
  readCommonForm,
  readEpoch,
  type TimeParts,
} from '../../../schemas/index.ts';

/** Splits a date in the format of a file into its parts. Undefined if it has another format. */
export type ReadForm = (text: string) => TimeParts | undefined;

/** Returns the zone, such as `+02:00`, that a clock without a zone shows. */
export type FindZone = (parts: TimeParts) => string;

/** How the dates of a file are read. */
export interface DateOptions {
  /** The format that the user names. It comes first. */
  readForm?: ReadForm | undefined;
  /** The zone of dates without a zone. By default, it is UTC. */
  findZone?: FindZone | undefined;
}

/** Reads a value of a file as a time in ISO 8601. Returns undefined if the value is no date. */
export type ReadDate = (value: unknown) => string | undefined;

/**
 * Reads a date and time in the forms that the stream knows (schemas/time.ts), and in the other forms
 * that files have: without leading zeros, with am and pm, English names of months, day.month.year.
 * Dates with slashes are read only if one part cannot be a month, because their order differs by
 * country.
 */
export function parseDate(value: unknown, options: DateOptions = {}): string | undefined {
  if (typeof value !== 'string') return parseEpoch(value);
  const text = value.trim();
  if (text.length > 64) return undefined;
  const given = options.readForm?.(text);
  if (given === undefined && /^\d{9}/.test(text)) return parseEpoch(text);
  const parts = given ?? readCommonForm(text) ?? parseIso(text) ?? parseNumeric(text);
  const found = parts ?? parseWords(text);
  if (found === undefined) return undefined;
  // A time that does not exist must not reach the zone.
  const is_local = found.zone === undefined && options.findZone !== undefined;
  if (!is_local) return formatTime(found);
  return formatTime(found) && formatTime({ ...found, zone: options.findZone?.(found) });
}

/** The latest time that is taken for a date. Larger numbers are more often ids than dates. */
const LATEST = Date.UTC(2128, 5, 11);

function parseEpoch(value: unknown): string | undefined {
  const time = readEpoch(value);
  return time === undefined || Date.parse(time) > LATEST ? undefined : time;
}

const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([AaPp]\.?[Mm]\.?)?`;
const TIME = String.raw`(?:[T ]\s*|,\s+)${CLOCK}`;
const ZONE = String.raw`\s*(Z|[A-Za-z]{2,3}|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\s*\([A-Za-z ]+\))?`;
const ISO = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?:${TIME}${ZONE})?$`, 'i');
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z|[+-]\d{4})?)?$/i;
const CHINESE = /^(\d{4})年(\d{1,2})月(\d{1,2})日(?:\s*(\d{1,2})[:时](\d{2})(?:[:分](\d{2}))?.?)?$/;

function parseIso(text: string): TimeParts | undefined {
  const match = COMPACT.exec(text) ?? CHINESE.exec(text);
  if (match !== null) {
    const [, year, month, day, hour, minute, second, zone] = match;
    return build([year, month, day], [hour, minute, second, undefined, undefined, zone]);
  }
  const iso = ISO.exec(text);
  if (iso === null) return undefined;
  const [, year, , month, day, ...rest] = iso;
  return build([year, month, day], rest);
}

const NUMERIC = new RegExp(`^(\\d{1,2})([./-])(\\d{1,2})\\2(\\d{4})(?:${TIME}${ZONE})?$`, 'i');

/** Day.month.year, and dates with slashes or hyphens whose order is certain. */
function parseNumeric(text: string): TimeParts | undefined {
  const match = NUMERIC.exec(text);
  if (match === null) return undefined;
  const [, first, sign, second, year, ...rest] = match;
  const is_day_first = sign === '.' || Number(first) > 12;
  if (!is_day_first && Number(second) <= 12 && first !== second) return undefined;
  const [day, month] = is_day_first ? [first, second] : [second, first];
  return build([year, month, day], rest);
}

const MONTH = String.raw`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`;
const DAY = String.raw`(\d{1,2})(?:st|nd|rd|th)?`;
const WEEKDAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?`;
const AT = String.raw`(?:,?\s+(?:at\s+)?)`;
const DAY_MONTH = new RegExp(
  `^${WEEKDAY}${DAY}[\\s-]+${MONTH}[\\s,-]+(\\d{4})(?:${AT}${CLOCK}${ZONE})?$`,
  'i',
);
const MONTH_DAY = new RegExp(
  `^${WEEKDAY}${MONTH}\\s+${DAY},?\\s+(\\d{4})(?:${AT}${CLOCK}${ZONE})?$`,
  'i',
);
/** `Wed Nov 9 20:00:00 2026`, as Unix writes. */
const UNIX = new RegExp(`^${WEEKDAY}${MONTH}\\s+${DAY}\\s+${CLOCK}${ZONE}\\s+(\\d{4})$`, 'i');
/** `09 1, 2016`, as the reviews of Amazon from 2018 write: month, day, year. */
const AMAZON = /^(\d{1,2}) (\d{1,2}), (\d{4})$/;

function parseWords(text: string): TimeParts | undefined {
  const day_month = DAY_MONTH.exec(text);
  if (day_month !== null) {
    const [, day, month, year, ...rest] = day_month;
    return build([year, monthNumber(month), day], rest);
  }
  const month_day = MONTH_DAY.exec(text);
  if (month_day !== null) {
    const [, month, day, year, ...rest] = month_day;
    return build([year, monthNumber(month), day], rest);
  }
  const unix = UNIX.exec(text);
  if (unix !== null) {
    const [, month, day, ...rest] = unix;
    return build([rest[6], monthNumber(month), day], rest);
  }
  const amazon = AMAZON.exec(text);
  if (amazon === null) return undefined;
  return build([amazon[3], amazon[1], amazon[2]], []);
}

type Text = string | undefined;

function build(
  date: (Text | number)[],
  [hour, minute, second, fraction, half, zone]: Text[],
): TimeParts | undefined {
  const hours = hourOf(Number(hour ?? 0), half);
  return hours === undefined
    ? undefined
    : { ...partsOf(date, [hour, minute, second, fraction, zone]), hour: hours };
}

/** Returns the hour of the day of a clock with am and pm. */
export function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}
