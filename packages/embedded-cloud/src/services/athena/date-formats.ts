import { QueryFailure } from './failure.ts';

/**
 * DuckDB's letter for each letter of a format of MySQL. A letter that is not listed stands for itself.
 * Source: https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
 */
const MYSQL_LETTERS: Record<string, string> = {
  a: '%a',
  b: '%b',
  c: '%-m',
  d: '%d',
  e: '%-d',
  f: '%f',
  H: '%H',
  h: '%I',
  I: '%I',
  i: '%M',
  j: '%j',
  k: '%-H',
  l: '%-I',
  M: '%B',
  m: '%m',
  p: '%p',
  r: '%I:%M:%S %p',
  S: '%S',
  s: '%S',
  T: '%H:%M:%S',
  v: '%V',
  W: '%A',
  x: '%G',
  Y: '%Y',
  y: '%y',
  '%': '%%',
};
/** Letters of MySQL that Trino refuses. */
const REFUSED = /[DUuVwX]/;

/** DuckDB's format for each run of letters in a format of Joda. */
const JODA_LETTERS: Record<string, string> = {
  yyyy: '%Y',
  YYYY: '%Y',
  yy: '%y',
  xxxx: '%G',
  MMMM: '%B',
  MMM: '%b',
  MM: '%m',
  M: '%-m',
  dd: '%d',
  d: '%-d',
  DDD: '%j',
  ww: '%V',
  EEEE: '%A',
  EEE: '%a',
  E: '%a',
  e: '%u',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  h: '%-I',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  SSS: '%g',
  a: '%p',
};

/** @throws {QueryFailure} INVALID_FUNCTION_ARGUMENT, if Trino does not support a letter */
function translateMysqlFormat(format: string): string {
  return format.replace(/%(.)/gs, (_, letter: string) => {
    if (REFUSED.test(letter)) {
      throw new QueryFailure(
        'INVALID_FUNCTION_ARGUMENT',
        `%${letter} not currently supported in date format string`,
      );
    }
    return MYSQL_LETTERS[letter] ?? letter;
  });
}

/**
 * Source: https://trino.io/docs/current/functions/datetime.html#java-date-functions
 *
 * @throws {QueryFailure} NOT_SUPPORTED, if the embedded Athena does not know the letters
 */
function translateJodaFormat(format: string): string {
  return format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|%/g, (run, quoted: string | undefined) => {
    if (run === '%') return '%%';
    if (quoted !== undefined)
      return quoted === '' ? "'" : quoted.replaceAll("''", "'").replaceAll('%', '%%');
    const letters = JODA_LETTERS[run];
    if (letters !== undefined) return letters;
    throw new QueryFailure(
      'NOT_SUPPORTED',
      `The embedded Athena does not know ${run} in a date format`,
    );
  });
}

/** The functions with a format, and the translation of their format. */
export const DATE_FUNCTIONS: Record<string, (format: string) => string> = {
  date_format: translateMysqlFormat,
  date_parse: translateMysqlFormat,
  format_datetime: translateJodaFormat,
  parse_datetime: translateJodaFormat,
};
