import { type FindRetention, findExpiry } from '../../schemas/index.ts';
import { DAY_MS } from './buckets.ts';

/**
 * Returns whether results of a source that count on a day may have expired, so that the day cannot be
 * recounted. The counts outlive the results. A day of margin is for clocks and times of creation.
 *
 * @param place.day is the start of the day, in epoch milliseconds.
 */
export function mayHaveExpired(
  findRetention: FindRetention | undefined,
  { tenant, source, day }: { tenant: string; source: string; day: number },
  now: number,
): boolean {
  if (findRetention === undefined) return false;
  const expiry = findExpiry(findRetention, { tenant, source, stamp: day });
  return expiry !== undefined && expiry - DAY_MS < now;
}
