import type { Budget, Payment } from '../../budgets/budget.ts';
import { OverBudgetError } from '../../budgets/over-budget-error.ts';
import { billedUnits } from '../../budgets/units.ts';
import type { EntityService } from './ports.ts';

export interface ChargeSearchesDeps {
  /** Undefined if the settings limit no tenant and not the deployment. */
  budget: Budget | undefined;
  /** Is called with the units of each call that the service bills. */
  onBilled: (units: number) => void;
}

/**
 * Charges the tenant of a text before the text is sent to a service. A call that fails is not billed,
 * so the tenant gets the units back.
 */
export function chargeSearches(
  service: EntityService,
  { budget, onBilled }: ChargeSearchesDeps,
): EntityService {
  return {
    max_bytes: service.max_bytes,
    async detectEntities(text, language_code, context) {
      const units = billedUnits(text, service.max_bytes);
      const payment = budget && (await charge(budget, context?.tenant, units));
      try {
        const entities = await service.detectEntities(text, language_code, context);
        onBilled(units);
        return entities;
      } catch (cause) {
        if (payment !== undefined) await budget?.refund([payment]);
        throw cause;
      }
    },
  };
}

/**
 * @throws {OverBudgetError} if too few units are left.
 * @throws {ServiceError} if the ledger of budgets does not answer.
 */
async function charge(budget: Budget, tenant: string | undefined, units: number): Promise<Payment> {
  if (tenant === undefined) throw new Error('A search without a tenant to charge');
  const [charged] = await budget.charge([{ tenants: [tenant], units }]);
  if (charged === undefined) throw new Error('The budget left a search without an outcome');
  if ('payment' in charged) return charged.payment;
  const { refusal } = charged;
  throw refusal.reason === 'unavailable' ? refusal.error : new OverBudgetError(refusal);
}
