import { formatNumber, formatShare, SYNC_STAGES, type SyncPlan } from '@aurastream/cost-model';
import { formatUsd, type PlanLine } from './plan-line.ts';
import { formatTable } from './table.ts';

/** Returns the lines of the synchronous API. */
export function listSyncLines(sync: SyncPlan): PlanLine[] {
  const { availability } = sync;
  return [
    {
      name: 'api',
      text:
        `${formatNumber(sync.requests_per_second)} requests/s, ${formatNumber(sync.burst_requests)} in a burst: ` +
        `${formatNumber(sync.environments)} execution environments, ${formatNumber(sync.burst_environments)} in a burst`,
    },
    {
      name: 'availability',
      text:
        `API Gateway 99.95 % × Lambda 99.95 % = ${formatShare(availability.cached)} of cached texts, ` +
        `× Comprehend 99.9 % = ${formatShare(availability.not_cached)} of the others: ` +
        `${formatShare(availability.all)}, ${formatNumber(availability.minutes_per_month)} min a month`,
    },
  ];
}

export function formatSyncCosts({ usd_per_month }: SyncPlan): string {
  const columns = ['USD per month', 'synchronous API'];
  const rows = [...SYNC_STAGES, 'total' as const].map((stage) => ({
    'USD per month': stage,
    'synchronous API': formatUsd(usd_per_month[stage]),
  }));
  return formatTable(columns, rows, { right: ['synchronous API'] });
}
