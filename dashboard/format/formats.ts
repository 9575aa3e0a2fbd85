/** Functions that write values for readers of one language. */
export interface Formats {
  /** A number of things, such as `12,345`. */
  count: (value: number) => string;
  /** A number of things in little space, such as `12K`. */
  compact: (value: number) => string;
  /** A share of 1, such as `12.3%`. */
  percent: (share: number) => string;
  /** A number between -100 and 100 with its sign, such as `+12.3`. */
  points: (value: number) => string;
  /** A relative change with its sign, such as `+12%`. */
  change: (share: number) => string;
  score: (value: number) => string;
  usd: (amount: number) => string;
  time: (at: number | string) => string;
  date: (at: number | string, time_zone?: string) => string;
  date_time: (at: number | string) => string;
  /** Both ends of a period, shortened where they are equal. */
  period: (from: number | string, to: number | string) => string;
  /** A length of time in milliseconds, such as `3 min`. */
  duration: (ms: number) => string;
  /** A size such as `1.2 MB`. */
  bytes: (size: number) => string;
  /** The name of a language, or its code if the language has no name. */
  language: (code: string) => string;
}

const MINUS = '\u2212';

/** Creates the functions for a language, given by its BCP 47 tag. */
export function createFormats(locale: string): Formats {
  const number = (options: Intl.NumberFormatOptions = {}) => {
    const { format } = new Intl.NumberFormat(locale, options);
    return (value: number) => format(value).replace('-', MINUS);
  };
  const when = (options: Intl.DateTimeFormatOptions) => {
    const { format } = new Intl.DateTimeFormat(locale, options);
    return (at: number | string) => format(new Date(at));
  };
  const period = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const signed = { signDisplay: 'exceptZero' } as const;
  return {
    count: number(),
    compact: number({ notation: 'compact', maximumFractionDigits: 1 }),
    percent: number({ style: 'percent', maximumFractionDigits: 1 }),
    points: number({ ...signed, maximumFractionDigits: 1 }),
    change: number({ ...signed, style: 'percent', maximumFractionDigits: 0 }),
    score: number({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    usd: number({ style: 'currency', currency: 'USD', maximumSignificantDigits: 3 }),
    time: when({ timeStyle: 'medium' }),
    date: (at, timeZone) => when({ dateStyle: 'medium', ...(timeZone ? { timeZone } : {}) })(at),
    date_time: when({ dateStyle: 'medium', timeStyle: 'short' }),
    period: (from, to) => period.formatRange(new Date(from), new Date(to)),
    duration: createDuration(number),
    bytes: createBytes(number),
    language: createLanguageNames(locale),
  };
}

type CreateNumber = (options?: Intl.NumberFormatOptions) => (value: number) => string;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function createDuration(number: CreateNumber): Formats['duration'] {
  return (ms) => {
    const [unit, length] = UNITS.find(([, least]) => ms >= least) ?? (['millisecond', 1] as const);
    const options = { style: 'unit', unit, unitDisplay: 'short' } as const;
    return number({ ...options, maximumFractionDigits: ms / length < 10 ? 1 : 0 })(ms / length);
  };
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

function createBytes(number: CreateNumber): Formats['bytes'] {
  return (size) => {
    const power = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
    const unit = SIZES[power] ?? 'byte';
    const options = { style: 'unit', unit, unitDisplay: 'short' } as const;
    return number({ ...options, maximumFractionDigits: power === 0 ? 0 : 1 })(
      size / 1_000 ** power,
    );
  };
}

function createLanguageNames(locale: string): Formats['language'] {
  const names = new Intl.DisplayNames(locale, { type: 'language' });
  return (code) => {
    try {
      return names.of(code) ?? code;
    } catch {
      return code;
    }
  };
}
