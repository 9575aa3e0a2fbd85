import type { BudgetUse } from '../../budgets/read-budget.ts';
import { type BudgetResponse, budgetResponseSchema } from '../../schemas/index.ts';
import { exceededScope } from '../http/budget.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

export const budgetRoute: Route = {
  method: 'GET',
  path: '/budget',
  operation_id: 'budget',
  summary: 'How many billed units of its budget the tenant has used this month',
  tag: 'Service',
  access: ['read', 'publish', 'jobs'],
  answers: { 200: { description: 'The use of the budget', schema: budgetResponseSchema } },
  errors: [...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const tenant = c.get('tenant');
    return c.json(toBudgetResponse(tenant, await deps.read_budget(tenant)));
  },
};

export function toBudgetResponse(tenant: string, use: BudgetUse): BudgetResponse {
  const scope = exceededScope(use);
  return {
    tenant,
    month: use.month,
    resets_at: new Date(use.resets_at).toISOString(),
    budget_units: use.tenant?.limit ?? null,
    used_units: use.tenant?.used ?? null,
    remaining_units: use.tenant?.remaining ?? null,
    exceeded: scope !== undefined,
    deployment_exceeded: scope === 'deployment',
  };
}
