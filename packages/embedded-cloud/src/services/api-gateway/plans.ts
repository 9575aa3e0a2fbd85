/** A usage plan as the template has it. */
export interface UsagePlan {
  id: string;
  name: string;
  stages: { api_id: string; stage: string }[];
  throttle?: { requests_per_second: number; burst: number };
  quota?: { limit: number; period: 'DAY' | 'WEEK' | 'MONTH' };
}

/** In which period of the plan's quota a moment is: `2026-11`. Periods are those of the calendar, in UTC. */
export function quotaPeriod(period: 'DAY' | 'WEEK' | 'MONTH', now: number): string {
  const day = new Date(now).toISOString().slice(0, 10);
  if (period === 'DAY') return day;
  if (period === 'MONTH') return day.slice(0, 7);
  const DAY_MS = 86_400_000;
  // Weeks begin on Sunday; the epoch was a Thursday.
  return `week ${Math.floor((Math.floor(now / DAY_MS) + 4) / 7)}`;
}
