import { InvalidArgumentError } from 'commander';
import { RIGHTS, type Right, right, slug, timestamp } from '../../schemas/index.ts';

export function aSlug(value: string): string {
  if (slug.safeParse(value).success) return value;
  throw new InvalidArgumentError('Use 1 to 64 of a-z, 0-9, _ and -.');
}

/** Parses rights with commas between them, such as `read,publish`. */
export function parseRightsOption(value: string): Right[] {
  const words = value.split(',').map((word) => word.trim());
  return words.map((word) => {
    const parsed = right.safeParse(word);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`Use one or more of ${RIGHTS.join(', ')}, with commas.`);
  });
}

/** Parses a duration in hours or days, such as `12h` or `90d`, and returns it in milliseconds. */
export function parseDuration(value: string): number {
  const [, number, unit] = /^([1-9]\d{0,5})([hd])$/.exec(value) ?? [];
  if (number === undefined) throw new InvalidArgumentError('Use hours or days, as in 12h or 90d.');
  return Number(number) * (unit === 'h' ? 3_600_000 : 86_400_000);
}

/** Parses the largest number of rows to show. */
export function parseLimit(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('Use 1 or more.');
  return number;
}

/** Creates a parser of numbers that refuses numbers outside of a range. */
export function createNumberParser(least: number, most: number): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (value.trim() !== '' && parsed >= least && parsed <= most) return parsed;
    throw new InvalidArgumentError(`Write a number from ${least} to ${most}.`);
  };
}

/** Parses a day or a time. A day such as `2026-11-23` means the start of the day in UTC. */
export function parseTime(value: string): string {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value;
  if (!timestamp.safeParse(whole).success) {
    throw new InvalidArgumentError('Use 2026-11-23 or 2026-11-23T10:00:00Z.');
  }
  return new Date(whole).toISOString();
}
