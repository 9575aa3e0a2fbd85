/** A usage plan, read from the template. */
export interface UsagePlan {
  id: string;
  name: string;
  stages: { api_id: string; stage: string }[];
  throttle?: { requests_per_second: number; burst: number };
  quota?: { limit: number; period: 'DAY' | 'WEEK' | 'MONTH' };
}

/** Finds the period of a quota that contains a moment, like `2026-11`. Periods follow the calendar in UTC. */
export function findQuotaPeriod(period: 'DAY' | 'WEEK' | 'MONTH', now: number): string {
  const day = new Date(now).toISOString().slice(0, 10);
  if (period === 'DAY') return day;
  if (period === 'MONTH') return day.slice(0, 7);
  const DAY_MS = 86_400_000;
  // Weeks start on Sunday. The epoch was a Thursday.
  return `week ${Math.floor((Math.floor(now / DAY_MS) + 4) / 7)}`;
}
