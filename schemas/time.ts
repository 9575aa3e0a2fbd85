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
 * is UTC. Forms whose order of day and month is uncertain are not read.
 *
 * @returns the time in ISO 8601 with a zone. Returns undefined if the value has another form, or if
 * the calendar has no such time.
 *
 * @example
 * readTime('2026-11-20 10:00:00+0000'); // '2026-11-20T10:00:00+00:00'
 * readTime(1790000000); // '2026-09-21T14:13:20.000Z'
 */
export function readTime(value: unknown): string | undefined {
  if (typeof value === 'number') return readEpoch(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const text = value.trim();
  if (/^\d{9,19}(\.\d+)?$/.test(text)) return readEpoch(Number(text));
  const iso = ISO.exec(text);
  if (iso !== null) return format(iso.slice(1, 4), iso.slice(4));
  const rfc = RFC_2822.exec(text);
  if (rfc !== null) return format([rfc[3], monthOf(rfc[2]), rfc[1]], rfc.slice(4));
  const twitter = TWITTER.exec(text);
  if (twitter === null) return undefined;
  return format([twitter[8], monthOf(twitter[1]), twitter[2]], twitter.slice(3, 8));
}

/** The earliest time in each unit is in 1973, and the latest in 5138. */
const UNITS_PER_MS: [limit: number, units: number][] = [
  [1e8, Number.NaN],
  [1e11, 1e-3],
  [1e14, 1],
  [1e17, 1e3],
  [1e20, 1e6],
];

function readEpoch(time: number): string | undefined {
  const [, units = Number.NaN] = UNITS_PER_MS.find(([limit]) => time < limit) ?? [];
  return Number.isNaN(units) ? undefined : new Date(time / units).toISOString();
}

type Part = string | undefined;

function monthOf(name: Part): string {
  return String(MONTHS.indexOf((name ?? '').toLowerCase()) + 1);
}

function format(date: Part[], [hour, minute, second, fraction, zone]: Part[]): string | undefined {
  const [year, month, day] = date.map((part = '') => part.padStart(2, '0'));
  // The clock of Unix repeats second 59 instead of a leap second.
  const seconds = second === '60' ? '59' : (second ?? '00');
  const time = `${hour ?? '00'}:${minute ?? '00'}:${seconds}${fraction ? `.${fraction}` : ''}`;
  const written = `${year}-${month}-${day}T${time}${formatZone(zone)}`;
  return isTime(written) ? written : undefined;
}

function formatZone(zone: Part): string {
  const [, sign, hours, minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '') ?? [];
  return sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`;
}

/** `Date.parse` accepts 30 February, so the day is compared as well. */
function isTime(iso: string): boolean {
  const date = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  const is_day = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso.slice(0, 10));
  return is_day && !Number.isNaN(Date.parse(iso));
}
