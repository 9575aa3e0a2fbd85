import { escapeRegExp } from './escape.ts';

/** Supported fields of a Java date format, from the largest to the smallest unit of time. */
const FIELDS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const;

const UNIT_MS: Record<string, number> = {
  SECOND: 1_000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 7 * 86_400_000,
};

/**
 * Builds a regular expression from a date format. For example, the format `yyyy/MM/dd` becomes
 * `\d{4}/\d{2}/\d{2}`.
 */
export function buildDatePattern(format: string): string {
  return escapeRegExp(format.replaceAll("'", '')).replace(
    /yyyy|MM|dd|HH|mm|ss/g,
    (letters) => `\\d{${letters.length}}`,
  );
}

/**
 * Parses a date in the given format as UTC.
 *
 * @returns epoch milliseconds, or NaN if the value is not a date in the format
 */
export function parseDate(value: string, format: string): number {
  const readField = (letters: string): string | undefined => {
    const index = format.replaceAll("'", '').indexOf(letters);
    return index < 0 ? undefined : value.slice(index, index + letters.length);
  };
  const [year, month = '01', day = '01', hour = '00', minute = '00', second = '00'] =
    FIELDS.map(readField);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * Resolves the start or the end of a date range in a partition projection. The bound is a date in
 * the given format, or an expression such as `NOW`, `NOW-3DAYS` or `NOW+1HOURS`.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 *
 * @returns epoch milliseconds
 */
export function resolveRangeEnd(end: string, format: string, now: number): number {
  const [, sign, count, unit] = /^NOW\s*(?:([+-])\s*(\d+)\s*(\w+?)S?)?$/i.exec(end.trim()) ?? [];
  if (!/^NOW/i.test(end.trim())) return parseDate(end.trim(), format);
  if (sign === undefined) return now;
  const steps = Number(`${sign}${count}`);
  const name = unit!.toUpperCase();
  if (UNIT_MS[name] !== undefined) return now + steps * UNIT_MS[name];
  const date = new Date(now);
  date.setUTCMonth(date.getUTCMonth() + steps * (name === 'YEAR' ? 12 : 1));
  return date.getTime();
}
