import * as z from 'zod';
import { slug } from './record.ts';

const units = z.int().min(0);

/**
 * Budgets in billed units per calendar month, in UTC. `null` and an absent entry stand for no limit.
 */
export const budgetLimitsSchema = z.object({
  /** Budget of each tenant that `by_tenant` does not name. */
  per_tenant: units.nullish(),
  by_tenant: z.record(slug, units.nullable()).default({}),
  /** Budget of all tenants together. */
  deployment: units.nullish(),
});
export type BudgetLimits = z.infer<typeof budgetLimitsSchema>;

/** Returns true if any tenant or the deployment has a budget. */
export function hasLimits({ per_tenant, by_tenant, deployment }: BudgetLimits): boolean {
  return [per_tenant, deployment, ...Object.values(by_tenant)].some(
    (limit) => typeof limit === 'number',
  );
}

/** Returns the budget of a tenant in units; undefined if the tenant has no limit. */
export function tenantLimit(limits: BudgetLimits, tenant: string): number | undefined {
  const own = Object.hasOwn(limits.by_tenant, tenant)
    ? limits.by_tenant[tenant]
    : limits.per_tenant;
  return own ?? undefined;
}

/** Returns the month of a time as `2026-11`, in UTC. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** Returns the end of a month, at which its budgets reset, in epoch milliseconds. */
export function resetTime(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return Date.UTC(year, number);
}
