/** The parts of a written time. `zone` is `Z`, an offset such as `+02:00`, a name, or absent. */
export interface TimeParts {
  year: number;
  month: number;
  day: number;
  hour?: number | undefined;
  minute?: number | undefined;
  second?: number | undefined;
  /** The digits behind the seconds. */
  fraction?: string | undefined;
  zone?: string | undefined;
}

const TIME = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?`;
const ZONE = String.raw`(Z|UTC?|GMT|[+-]\d{2}(?::?\d{2})?)`;
/** `2026-11-20`, `2026-11-20 10:00`, `2026-11-20T10:00:00.5+0000`, and the like. */
const ISO = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${TIME}(?: ?${ZONE})?)?$`, 'i');
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH = `(${MONTHS.join('|')})`;
const WEEKDAY = '(?:mon|tue|wed|thu|fri|sat|sun)';
/** `Fri, 20 Nov 2026 20:19:24 +0000`. Source: RFC 2822, 3.3. */
const RFC_2822 = new RegExp(
  String.raw`^(?:${WEEKDAY}, ?)?(\d{1,2}) ${MONTH} (\d{4}) ${TIME} ${ZONE}$`,
  'i',
);
/** `Fri Nov 20 20:19:24 +0000 2026`, as Twitter writes. */
const TWITTER = new RegExp(
  String.raw`^${WEEKDAY} ${MONTH} (\d{1,2}) ${TIME} ${ZONE} (\d{4})$`,
  'i',
);

/**
 * Reads a time that a producer gives: ISO 8601 with its usual variants, RFC 2822, the form of
 * Twitter, and seconds, milliseconds, microseconds or nanoseconds since 1970. A time without a zone
 * is UTC. Forms whose order of day and month is uncertain are not read. Files may have more forms,
 * which ingest/sources/mapping/dates.ts adds.
 *
 * @returns the time in ISO 8601 with a zone. Returns undefined if the value has another form, or if
 * the calendar has no such time.
 *
 * @example
 * readTime('2026-11-20 10:00:00+0000'); // '2026-11-20T10:00:00+00:00'
 * readTime(1790000000); // '2026-09-21T14:13:20.000Z'
 */
export function readTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return readEpoch(value);
  if (value.length > 64) return undefined;
  const parts = readCommonForm(value.trim());
  return parts === undefined ? readEpoch(value) : formatTime(parts);
}

/** Splits a time in ISO 8601, in RFC 2822 or in the form of Twitter into its parts. */
export function readCommonForm(text: string): TimeParts | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) return partsOf([iso[1], iso[2], iso[3]], iso.slice(4));
  const rfc = RFC_2822.exec(text);
  if (rfc !== null) return partsOf([rfc[3], monthNumber(rfc[2]), rfc[1]], rfc.slice(4));
  const twitter = TWITTER.exec(text);
  if (twitter === null) return undefined;
  return partsOf([twitter[8], monthNumber(twitter[1]), twitter[2]], twitter.slice(3, 8));
}

/** The earliest time in each unit is in 1973, and the latest in 5138. */
const UNITS_PER_MS: [limit: number, units: number][] = [
  [1e8, Number.NaN],
  [1e11, 1e-3],
  [1e14, 1],
  [1e17, 1e3],
  [1e20, 1e6],
];

/** Reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970. */
export function readEpoch(value: unknown): string | undefined {
  const is_text = typeof value === 'string' && /^\s*\d{9,19}(\.\d+)?\s*$/.test(value);
  if (typeof value !== 'number' && !is_text) return undefined;
  const time = Number(value);
  const [, units = Number.NaN] = UNITS_PER_MS.find(([limit]) => time < limit) ?? [];
  return Number.isNaN(units) ? undefined : new Date(time / units).toISOString();
}

/** Returns the number of a month by the first three letters of its English name; 0 if it is none. */
export function monthNumber(name = ''): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

type Text = string | undefined;

/** Builds the parts of a time from the texts that a pattern has found. */
export function partsOf(
  [year, month, day]: (Text | number)[],
  [hour, minute, second, fraction, zone]: Text[],
): TimeParts {
  return {
    ...{ year: Number(year), month: Number(month), day: Number(day) },
    ...{ hour: Number(hour ?? 0), minute: Number(minute ?? 0), second: Number(second ?? 0) },
    ...{ fraction, zone },
  };
}

/**
 * Formats the parts as ISO 8601 with their zone. A time without a zone is UTC.
 *
 * @returns undefined if the calendar or the clock has no such time.
 */
export function formatTime(parts: TimeParts): string | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0, fraction } = parts;
  const pad = (part: number) => String(part).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)}`;
  // The clock of Unix repeats second 59 instead of a leap second.
  const clock = `${pad(hour)}:${pad(minute)}:${pad(second === 60 ? 59 : second)}`;
  const written = `${date}T${clock}${fraction ? `.${fraction}` : ''}${formatZone(parts.zone)}`;
  return hour <= 23 && isTime(written) ? written : undefined;
}

/** Zones that RFC 2822 names. */
const NAMED_ZONES: Record<string, string> = {
  ...{ UTC: 'Z', GMT: 'Z', UT: 'Z', EST: '-0500', EDT: '-0400', CST: '-0600' },
  ...{ CDT: '-0500', MST: '-0700', MDT: '-0600', PST: '-0800', PDT: '-0700' },
};

/** An unknown zone stays as it is, so that no time has it. */
function formatZone(zone = 'Z'): string {
  const known = NAMED_ZONES[zone.toUpperCase()] ?? zone.toUpperCase();
  const [, sign, hours, minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(known) ?? [];
  return sign === undefined ? known : `${sign}${hours}:${minutes}`;
}

/** `Date.parse` accepts 30 February, so the day is compared as well. */
function isTime(iso: string): boolean {
  const date = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  const is_day = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso.slice(0, 10));
  const time = Date.parse(iso);
  return is_day && !Number.isNaN(time) && /^\d{4}-/.test(new Date(time).toISOString());
}

/** Returns whether the IANA database has a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
    );
  } catch {
    return false;
  }
}
