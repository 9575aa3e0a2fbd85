import { SECONDS_PER_MONTH } from '../assumptions.ts';
import type { Finding } from '../finding.ts';
import type { PlannedLoad } from '../load.ts';

/**
 * The availability that AWS commits to for a month, as a share of the requests.
 * Sources: https://aws.amazon.com/api-gateway/sla/, https://aws.amazon.com/lambda/sla/ and
 * https://aws.amazon.com/machine-learning/language/sla/
 */
const COMMITTED = { api_gateway: 0.9995, lambda: 0.9995, comprehend: 0.999 };
const TARGET = 0.999;

/** Availability of the synchronous API, as far as the commitments of AWS go. */
export interface Availability {
  /** Share of the requests whose verdict is cached that are answered. */
  cached: number;
  /** Share of the requests that need Comprehend that are answered. */
  not_cached: number;
  /** Share of all requests that are answered. */
  all: number;
  /** Minutes of a month without an answer that the commitments allow. */
  minutes_per_month: number;
}

/**
 * Multiplies the commitments of the services that a request needs. The cache is not one of them,
 * because without it the texts go to Comprehend. The authorizer's answers are cached and count as
 * Lambda's.
 */
export function computeAvailability({ repeat_share }: PlannedLoad): Availability {
  const cached = COMMITTED.api_gateway * COMMITTED.lambda;
  const not_cached = cached * COMMITTED.comprehend;
  const all = repeat_share * cached + (1 - repeat_share) * not_cached;
  return { cached, not_cached, all, minutes_per_month: ((1 - all) * SECONDS_PER_MONTH) / 60 };
}

export function checkAvailability(load: PlannedLoad): Finding[] {
  const { all } = computeAvailability(load);
  if (all >= TARGET) return [];
  const two_regions = 1 - (1 - all) ** 2;
  return [
    {
      part: 'availability',
      why: `the commitments of AWS come to ${formatShare(all)}, below ${formatShare(TARGET)}`,
      instead:
        `two regions, between which the client or Route 53 changes (${formatShare(two_regions)}), ` +
        `or an analyzer in the function itself (${formatShare(COMMITTED.api_gateway * COMMITTED.lambda)})`,
    },
  ];
}

/** Formats a share with as many digits as it takes to tell it from 100 %. */
export function formatShare(share: number): string {
  const digits = Math.max(3, Math.ceil(-Math.log10(1 - share) - 1e-3));
  return `${(share * 100).toFixed(digits)} %`;
}
