/**
 * Returns the wait that `Retry-After` asks for, in milliseconds: a number of seconds or a date.
 * Returns undefined if the header is absent or has neither form.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 *
 * @param now current time in epoch milliseconds
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
