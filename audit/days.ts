const DAY_MS = 86_400_000;
/**
 * Time after the end of a day until which an object of the day may arrive. S3 refuses a request whose
 * clock is more than 15 minutes wrong.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (RequestTimeTooSkewed)
 */
const SETTLED_MS = 3_600_000;

/** Returns the day of a time, in UTC, for example `2026-11-27`. */
export function dayAt(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Returns the day that is `days` after another. */
export function addDays(day: string, days: number): string {
  return dayAt(Date.parse(day) + days * DAY_MS);
}

/** Returns whether no object of a day can still arrive. */
export function isSettled(day: string, now: number): boolean {
  return now >= Date.parse(day) + DAY_MS + SETTLED_MS;
}

/** Yields the days from one to another, with both. */
export function* listDays(first: string, last: string): Iterable<string> {
  for (let day = first; day <= last; day = addDays(day, 1)) yield day;
}
