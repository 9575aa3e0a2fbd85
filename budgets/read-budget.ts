import { type BudgetLimits, monthOf, resetTime, tenantLimit } from '../schemas/index.ts';
import { DEPLOYMENT_ACCOUNT, tenantAccount } from './budget.ts';
import type { BudgetLedger } from './ports.ts';

/** The budget of an account and how much of it is used, in billed units. */
interface AccountUse {
  limit: number;
  used: number;
  /** At least 0, also after a budget was lowered. */
  remaining: number;
}

export interface BudgetUse {
  month: string;
  /** Time of the next reset in epoch milliseconds. */
  resets_at: number;
  /** Undefined if the tenant has no budget. Its units are not counted then. */
  tenant: AccountUse | undefined;
  /** Undefined if the deployment has no budget. */
  deployment: AccountUse | undefined;
}

/**
 * Reads how much of its budget a tenant has used this month.
 *
 * @throws {ServiceError} if the ledger does not answer.
 */
export type ReadBudget = (tenant: string) => Promise<BudgetUse>;

/** Creates the function that reads the budget of a tenant. An account without a limit is not read. */
export function createReadBudget(deps: {
  ledger: Pick<BudgetLedger, 'read'>;
  limits: BudgetLimits;
  now: () => number;
}): ReadBudget {
  const { ledger, limits, now } = deps;
  const readUse = async (
    month: string,
    account: string,
    limit: number | undefined,
  ): Promise<AccountUse | undefined> => {
    if (limit === undefined) return undefined;
    const used = await ledger.read({ month, account });
    return { limit, used, remaining: Math.max(0, limit - used) };
  };
  return async (tenant) => {
    const month = monthOf(now());
    const [of_tenant, deployment] = await Promise.all([
      readUse(month, tenantAccount(tenant), tenantLimit(limits, tenant)),
      readUse(month, DEPLOYMENT_ACCOUNT, limits.deployment ?? undefined),
    ]);
    return { month, resets_at: resetTime(month), tenant: of_tenant, deployment };
  };
}

/** Returns the units that a tenant can still use; undefined if there is no limit. */
export function remainingUnits({ tenant, deployment }: BudgetUse): number | undefined {
  const left = [tenant, deployment].flatMap((use) => use?.remaining ?? []);
  return left.length === 0 ? undefined : Math.min(...left);
}
