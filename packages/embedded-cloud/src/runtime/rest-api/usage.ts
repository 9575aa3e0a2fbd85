import type { KeyStore } from '../../services/api-gateway/keys.ts';
import { findQuotaPeriod, type UsagePlan } from '../../services/api-gateway/plans.ts';
import type { Stack } from '../template/stack.ts';
import { limitRequests } from './limit-requests.ts';

interface UsagePlanProperties {
  UsagePlanName?: string;
  ApiStages?: { ApiId: string; Stage: string }[];
  Throttle?: { RateLimit?: number; BurstLimit?: number };
  Quota?: { Limit?: number; Period?: 'DAY' | 'WEEK' | 'MONTH' };
}

/** Returns the usage plans of the template. */
export function usagePlans(stack: Stack): UsagePlan[] {
  return stack.resources('AWS::ApiGateway::UsagePlan').map((resource) => {
    const properties = resource.properties() as UsagePlanProperties;
    const { Throttle, Quota, ApiStages = [] } = properties;
    return {
      id: resource.physical_id,
      name: properties.UsagePlanName ?? resource.logical_id,
      stages: ApiStages.map(({ ApiId, Stage }) => ({ api_id: ApiId, stage: Stage })),
      ...(Throttle?.RateLimit === undefined
        ? {}
        : {
            throttle: {
              requests_per_second: Number(Throttle.RateLimit),
              burst: Number(Throttle.BurstLimit ?? Throttle.RateLimit),
            },
          }),
      ...(Quota?.Limit === undefined
        ? {}
        : { quota: { limit: Number(Quota.Limit), period: Quota.Period ?? 'MONTH' } }),
    };
  });
}

export type Admission =
  | { kind: 'admitted'; key_id: string }
  | { kind: 'INVALID_API_KEY' | 'THROTTLED' | 'QUOTA_EXCEEDED' };

/**
 * Creates a function that checks an API key against its usage plan for the stage. Each key has its
 * own token bucket and its own quota.
 */
export function createUsage(options: {
  keys: KeyStore;
  plans: UsagePlan[];
  api: { id: string; stage: string };
  now: () => number;
}): (key_value: string | undefined) => Admission {
  const { keys, plans, api, now } = options;
  const buckets = new Map<string, () => boolean>();
  const stage_plans = plans.filter(({ stages }) =>
    stages.some(({ api_id, stage }) => api_id === api.id && stage === api.stage),
  );
  return (value) => {
    const key = value === undefined ? undefined : keys.findByValue(value);
    const plan = stage_plans.find(({ id }) => key?.plan_ids.includes(id));
    if (key === undefined || !key.enabled || plan === undefined) return { kind: 'INVALID_API_KEY' };
    const { throttle, quota } = plan;
    if (throttle !== undefined) {
      const name = `${plan.id} ${key.id}`;
      const admit = buckets.get(name) ?? limitRequests(throttle, now);
      buckets.set(name, admit);
      if (!admit()) return { kind: 'THROTTLED' };
    }
    if (quota !== undefined) {
      const counter = `${plan.id} ${key.id} ${findQuotaPeriod(quota.period, now())}`;
      if (keys.countRequest(counter) >= quota.limit) return { kind: 'QUOTA_EXCEEDED' };
    }
    return { kind: 'admitted', key_id: key.id };
  };
}
