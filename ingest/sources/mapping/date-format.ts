import { formatTime, monthNumber, type TimeParts } from '../../../schemas/index.ts';
import { UnreadableFileError } from '../file-error.ts';
import { hourOf, type ReadForm } from './dates.ts';

/** The tokens of a format with their patterns. Tokens of strftime mean the same. */
const TOKENS: Record<string, [part: string, pattern: string]> = {
  yyyy: ['year', '\\d{4}'],
  yy: ['short_year', '\\d{2}'],
  MMMM: ['month_name', '[A-Za-z]+\\.?'],
  MMM: ['month_name', '[A-Za-z]+\\.?'],
  MM: ['month', '\\d{1,2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{1,2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{1,2}'],
  H: ['hour', '\\d{1,2}'],
  hh: ['hour', '\\d{1,2}'],
  h: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{1,2}'],
  ss: ['second', '\\d{1,2}'],
  SSS: ['fraction', '\\d{1,9}'],
  a: ['half', '[AaPp]\\.?[Mm]\\.?'],
  Z: ['zone', 'Z|[+-]\\d{2}:?\\d{2}'],
};
const STRFTIME: Record<string, string> = {
  ...{ Y: 'yyyy', y: 'yy', B: 'MMM', b: 'MMM', m: 'MM', d: 'dd', e: 'd', H: 'HH', I: 'hh' },
  ...{ M: 'mm', S: 'ss', f: 'SSS', p: 'a', z: 'Z' },
};
const NAMED: Record<string, string[]> = {
  'day-first': ['dd/MM/yyyy', 'dd/MM/yy'],
  'month-first': ['MM/dd/yyyy', 'MM/dd/yy'],
};
const TIMES = ['', ' HH:mm:ss Z', ' HH:mm:ss', ' HH:mm', ' hh:mm:ss a', ' hh:mm a'];

/**
 * Creates the function that reads the dates of a file. The format is `day-first` or `month-first`,
 * or a pattern such as `dd.MM.yyyy HH:mm` or `%d.%m.%Y`. A two-digit year below 70 is 20xx.
 *
 * @throws {UnreadableFileError} if the pattern lacks the year, the month or the day.
 */
export function createReadForm(format: string): ReadForm {
  const named = NAMED[format.toLowerCase()];
  const formats =
    named === undefined ? [format] : named.flatMap((date) => TIMES.map((time) => date + time));
  const patterns = formats.map((one) => compile(one, named !== undefined));
  return (text) => {
    for (const pattern of patterns) {
      const groups = pattern.exec(text)?.groups;
      const parts = groups && partsOfGroups(groups);
      if (parts !== undefined && formatTime(parts) !== undefined) return parts;
    }
    return undefined;
  };
}

function compile(format: string, any_sign: boolean): RegExp {
  const plain = format.replace(/%-?([A-Za-z])/g, (all, code: string) => STRFTIME[code] ?? all);
  const parts = new Set<string>();
  const source = plain.replace(/yyyy|yy|M{1,4}|dd?|HH?|hh?|mm|ss|SSS|a|Z|[\s\S]/gi, (token) => {
    const known = TOKENS[token] ?? TOKENS[token.replace(/y/gi, 'y').replace(/D/g, 'd')];
    if (known === undefined) return escapeSign(token, any_sign);
    if (parts.has(known[0])) return known[1];
    parts.add(known[0]);
    return `(?<${known[0]}>${known[1]})`;
  });
  const has = (...names: string[]) => names.some((name) => parts.has(name));
  if (!has('year', 'short_year') || !has('month', 'month_name') || !has('day')) {
    throw new UnreadableFileError(
      `--date-format: expected the year, the month and the day, got ${JSON.stringify(format)}.`,
      'Use day-first, month-first, or a pattern such as dd.MM.yyyy HH:mm or %d/%m/%Y.',
    );
  }
  return new RegExp(`^${source}$`);
}

function escapeSign(sign: string, any_sign: boolean): string {
  if (any_sign && sign === '/') return '[/.-]';
  if (sign === ' ') return ',?\\s+';
  return sign.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function partsOfGroups(groups: Record<string, string | undefined>): TimeParts | undefined {
  const { year, short_year, month, month_name, day, half, fraction, zone } = groups;
  const hour = hourOf(Number(groups.hour ?? 0), half);
  if (hour === undefined) return undefined;
  const short = Number(short_year);
  return {
    year: year === undefined ? short + (short < 70 ? 2000 : 1900) : Number(year),
    month: month === undefined ? monthNumber(month_name) : Number(month),
    day: Number(day),
    hour,
    ...{ minute: Number(groups.minute ?? 0), second: Number(groups.second ?? 0), fraction, zone },
  };
}
