/** A usage plan that was read from the template. */
export interface UsagePlan {
  id: string;
  name: string;
  stages: { api_id: string; stage: string }[];
  throttle?: { requests_per_second: number; burst: number };
  quota?: { limit: number; period: 'DAY' | 'WEEK' | 'MONTH' };
}

/**
 * Returns the name of the quota period that contains the given time, for example `2026-11` for a
 * month. Periods follow the calendar in UTC.
 *
 * @param now epoch milliseconds
 */
export function findQuotaPeriod(period: 'DAY' | 'WEEK' | 'MONTH', now: number): string {
  const day = new Date(now).toISOString().slice(0, 10);
  if (period === 'DAY') return day;
  if (period === 'MONTH') return day.slice(0, 7);
  const DAY_MS = 86_400_000;
  // Weeks start on a Sunday. Four days are added, because the Unix epoch started on a Thursday.
  return `week ${Math.floor((Math.floor(now / DAY_MS) + 4) / 7)}`;
}
