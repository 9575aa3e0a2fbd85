import { LEAST_UNITS } from '@aurastream/cost-model';
import type { BudgetUse, ReadBudget } from '../../budgets/read-budget.ts';
import { type ErrorDetail, resetTime, ServiceError } from '../../schemas/index.ts';
import { HttpError } from './errors.ts';

export type BudgetScope = 'tenant' | 'deployment';

/** Describes that the budget is used up, and when it resets. */
export function describeOverBudget(
  { scope, month }: { scope: BudgetScope; month: string },
  now: number,
): ErrorDetail {
  const reset = resetTime(month);
  const resets_at = new Date(reset).toISOString();
  const whose = scope === 'tenant' ? 'Your budget' : 'The budget of all tenants';
  return {
    code: 'BUDGET_EXCEEDED',
    message: `${whose} for ${month} is used up; it resets at ${resets_at}`,
    retry_after: Math.max(1, Math.ceil((reset - now) / 1_000)),
    resets_at,
  };
}

/** Returns the budget that leaves too few units for the shortest text; undefined if none does. */
export function exceededScope({ tenant, deployment }: BudgetUse): BudgetScope | undefined {
  const is_used_up = (use: BudgetUse['tenant']) => use !== undefined && use.remaining < LEAST_UNITS;
  if (is_used_up(tenant)) return 'tenant';
  return is_used_up(deployment) ? 'deployment' : undefined;
}

/**
 * Refuses a request whose records would be set aside. If the ledger does not answer, the request
 * continues, because the consumer decides on each text anyway.
 *
 * @throws {HttpError} BUDGET_EXCEEDED if the budget of the tenant or of the deployment is used up.
 */
export async function requireBudget(
  { read_budget, now }: { read_budget: ReadBudget; now: () => number },
  tenant: string,
): Promise<void> {
  const use = await read_budget(tenant).catch((error: unknown) => {
    if (error instanceof ServiceError) return undefined;
    throw error;
  });
  const scope = use && exceededScope(use);
  if (use === undefined || scope === undefined) return;
  const { code, message, ...options } = describeOverBudget({ scope, month: use.month }, now());
  throw new HttpError(code, message, options);
}
