/** Builds the prefix of an object's key from the properties of the object. */
export type Prefix = (values: PrefixValues) => string;

interface PrefixValues {
  /** Arrival time of the object's oldest record, in epoch milliseconds. */
  arrived_at: number;
  /** Random string of 11 characters. The string is the same for each retry of an object. */
  random_string: string;
  /**
   * Type of the error, for example `processing-failed`. Only the prefix for errors uses the type.
   */
  error_output_type?: string;
}

/** Timestamp pattern that Firehose appends to a prefix without a timestamp. */
const DEFAULT_TIMESTAMP = 'yyyy/MM/dd/HH/';

/**
 * Reads a prefix such as `year=!{timestamp:yyyy}/…`. The letters for date and time are the letters
 * of Java's DateTimeFormatter. Times are in UTC.
 * Source: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 *
 * @throws {Error} for an expression that Firehose does not support, or that is not emulated
 */
export function readPrefix(prefix: string, { for_errors = false } = {}): Prefix {
  const parts = prefix.split(/(!\{[^}]*\})/).map((part) => readPart(part, for_errors));
  if (!for_errors && !prefix.includes('!{timestamp:'))
    parts.push(createTimestamp(DEFAULT_TIMESTAMP));
  return (values) => parts.map((part) => part(values)).join('');
}

function readPart(part: string, for_errors: boolean): Prefix {
  const [, namespace, value = ''] = /^!\{([^:}]*):?([^}]*)\}$/.exec(part) ?? [];
  if (namespace === undefined) return () => part;
  if (namespace === 'timestamp') return createTimestamp(value);
  if (namespace === 'firehose' && value === 'random-string')
    return (values) => values.random_string;
  if (namespace === 'firehose' && value === 'error-output-type' && for_errors) {
    return (values) => values.error_output_type ?? '';
  }
  throw new Error(
    `Unsupported expression ${part} in a prefix of a delivery stream: use !{timestamp:…} or !{firehose:random-string}`,
  );
}

type Field = (date: Date) => number;
const FIELDS: Record<string, Field> = {
  y: (date) => date.getUTCFullYear(),
  u: (date) => date.getUTCFullYear(),
  M: (date) => date.getUTCMonth() + 1,
  d: (date) => date.getUTCDate(),
  H: (date) => date.getUTCHours(),
  m: (date) => date.getUTCMinutes(),
  s: (date) => date.getUTCSeconds(),
};

/**
 * Creates a function that formats the arrival time with the given pattern.
 *
 * @throws {Error} for an unsupported letter in the pattern
 */
function createTimestamp(pattern: string): Prefix {
  const parts = [...pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)].map(
    ([all, literal, letter]): ((date: Date) => string) => {
      if (literal !== undefined)
        return () => (literal === '' ? "'" : literal.replaceAll("''", "'"));
      if (letter === undefined) return () => all;
      if (letter === 'S') return (date) => formatFraction(date).slice(0, all.length);
      const field = FIELDS[letter];
      if (field === undefined)
        throw new Error(
          `Unsupported letters ${all} in a timestamp of a prefix: use y, M, d, H, m, s or S`,
        );
      return (date) => formatField(field(date), letter, all.length);
    },
  );
  return ({ arrived_at }) => parts.map((part) => part(new Date(arrived_at))).join('');
}

function formatField(value: number, letter: string, length: number): string {
  const is_short_year = (letter === 'y' || letter === 'u') && length === 2;
  return String(is_short_year ? value % 100 : value).padStart(length, '0');
}

function formatFraction(date: Date): string {
  return String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0');
}

/** Formats a time for the name of an object, for example as `2026-11-23-10-00-00`. */
export function formatNameTimestamp(epoch_ms: number): string {
  return createTimestamp('yyyy-MM-dd-HH-mm-ss')({ arrived_at: epoch_ms, random_string: '' });
}
