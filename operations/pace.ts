/**
 * Creates a rate limiter. The returned function waits until the rate allows the next `records`
 * records.
 */
export function createPace(
  records_per_second: number,
  deps: { now: () => number; sleep: (milliseconds: number) => Promise<unknown> },
): (records: number) => Promise<void> {
  let free_at = 0;
  return async (records) => {
    const start = Math.max(free_at, deps.now());
    free_at = start + (records / records_per_second) * 1_000;
    if (start > deps.now()) await deps.sleep(start - deps.now());
  };
}
