/** A prefix of a delivery stream, read once and written for every object. */
export type Prefix = (values: PrefixValues) => string;

export interface PrefixValues {
  /** Arrival of the object's oldest record, epoch ms. */
  arrived_at: number;
  /** 11 characters, the same for every try of one object. */
  random_string: string;
  /** Only of an error prefix: `processing-failed` and the like. */
  error_output_type?: string;
}

/** What Firehose writes where the prefix has no timestamp of its own. */
const DEFAULT_TIMESTAMP = 'yyyy/MM/dd/HH/';

/**
 * Reads `year=!{timestamp:yyyy}/…`, with Java's DateTimeFormatter letters for date and time, in UTC.
 * Source: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 * @throws {Error} for an expression that Firehose, or this stand-in, does not know
 */
export function readPrefix(prefix: string, { for_errors = false } = {}): Prefix {
  const parts = prefix.split(/(!\{[^}]*\})/).map((part) => readPart(part, for_errors));
  if (!for_errors && !prefix.includes('!{timestamp:')) parts.push(timestamp(DEFAULT_TIMESTAMP));
  return (values) => parts.map((part) => part(values)).join('');
}

function readPart(part: string, for_errors: boolean): Prefix {
  const [, namespace, value = ''] = /^!\{([^:}]*):?([^}]*)\}$/.exec(part) ?? [];
  if (namespace === undefined) return () => part;
  if (namespace === 'timestamp') return timestamp(value);
  if (namespace === 'firehose' && value === 'random-string')
    return (values) => values.random_string;
  if (namespace === 'firehose' && value === 'error-output-type' && for_errors) {
    return (values) => values.error_output_type ?? '';
  }
  throw new Error(`A prefix of a delivery stream cannot hold ${part}`);
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

/** @throws {Error} for a letter that stands for something else in Java */
function timestamp(pattern: string): Prefix {
  const parts = [...pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)].map(
    ([all, literal, letter]): ((date: Date) => string) => {
      if (literal !== undefined)
        return () => (literal === '' ? "'" : literal.replaceAll("''", "'"));
      if (letter === undefined) return () => all;
      if (letter === 'S') return (date) => fraction(date).slice(0, all.length);
      const field = FIELDS[letter];
      if (field === undefined) throw new Error(`A timestamp of a prefix cannot hold ${all}`);
      return (date) => digits(field(date), letter, all.length);
    },
  );
  return ({ arrived_at }) => parts.map((part) => part(new Date(arrived_at))).join('');
}

function digits(value: number, letter: string, length: number): string {
  const short_year = (letter === 'y' || letter === 'u') && length === 2;
  return String(short_year ? value % 100 : value).padStart(length, '0');
}

function fraction(date: Date): string {
  return String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0');
}

/** `2026-11-23-10-00-00`, as object names carry it. */
export function nameTimestamp(epoch_ms: number): string {
  return timestamp('yyyy-MM-dd-HH-mm-ss')({ arrived_at: epoch_ms, random_string: '' });
}
