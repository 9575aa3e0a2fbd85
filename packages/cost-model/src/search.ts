import { DEPLOYED } from './assumptions.ts';
import type { Finding } from './finding.ts';
import { formatNumber } from './format-number.ts';
import type { PlannedLoad } from './load.ts';
import { CHARACTERS_PER_UNIT, LEAST_UNITS } from './prices.ts';

/** Factor by which the recommended quota exceeds the quota for the mean traffic. */
const HEADROOM = 1.2;

/** The search for personal data by DetectPiiEntities, which takes one text a call. */
export interface SearchPlan {
  calls_per_second: number;
  /** Present quota, in calls per second. */
  quota_calls_per_second: number;
  /** Quota to request from AWS, in calls per second. */
  recommended_quota: number;
}

/**
 * Plans the calls to DetectPiiEntities. A repeated text is in the memory of a consumer.
 *
 * @returns undefined if Comprehend searches no text.
 */
export function planSearch(load: PlannedLoad): SearchPlan | undefined {
  if (load.searched_share === 0) return undefined;
  const calls_per_second = load.records_per_second * estimateSearches(load);
  return {
    calls_per_second,
    quota_calls_per_second: load.search_quota_calls_per_second,
    recommended_quota: Math.ceil((calls_per_second / DEPLOYED.quota_share) * HEADROOM),
  };
}

/** Estimates the units that Comprehend bills for the searches of 1,000 records. */
export function estimateSearchUnits(load: PlannedLoad): number {
  const units = Math.max(LEAST_UNITS, Math.ceil(load.characters / CHARACTERS_PER_UNIT));
  return 1_000 * estimateSearches(load) * units;
}

/** Compares the searches with the present quota. */
export function checkSearch(load: PlannedLoad): Finding[] {
  const plan = planSearch(load);
  if (plan === undefined) return [];
  const { calls_per_second, quota_calls_per_second, recommended_quota } = plan;
  if (calls_per_second <= quota_calls_per_second * DEPLOYED.quota_share) return [];
  return [
    {
      part: 'privacy',
      why:
        `DetectPiiEntities searches ${formatNumber(calls_per_second)} texts/s, one in each call, and ` +
        `the quota is ${formatNumber(quota_calls_per_second)} calls/s`,
      instead: `request ${formatNumber(recommended_quota)} calls/s, or the engine local (privacy.engine in infra/settings.ts)`,
    },
  ];
}

function estimateSearches({ repeat_share, searched_share }: PlannedLoad): number {
  return (1 - repeat_share) * searched_share;
}
