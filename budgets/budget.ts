import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { type BudgetLimits, monthOf, type ServiceError, tenantLimit } from '../schemas/index.ts';
import { Account } from './account.ts';
import type { BudgetLedger } from './ports.ts';

/** A text that must be analyzed. */
export interface Charge {
  /** The tenants whose records have the text. The first one with enough units pays. */
  tenants: string[];
  /** Number of billed units. */
  units: number;
}

/** Units that were paid for a text. */
export interface Payment {
  tenant: string;
  month: string;
  units: number;
}

/** Why no tenant could pay for a text. */
type Refusal =
  /** The budget of the tenant or of the deployment has too few units left until `month` ends. */
  | { reason: 'over_budget'; scope: 'tenant' | 'deployment'; month: string }
  /** The ledger does not answer, and the credit of the process is used up. */
  | { reason: 'unavailable'; error: ServiceError };

export type Charged = { payment: Payment } | { refusal: Refusal };

/** Decides which texts the tenants can pay for. */
export interface Budget {
  /** Charges texts. The outcomes are in the order of the charges. */
  charge(charges: readonly Charge[]): Promise<Charged[]>;
  /** Returns the units of texts that got no verdict, because the analyzer does not bill them. */
  refund(payments: readonly Payment[]): Promise<void>;
  /** Number of calls to the ledger that failed since the process started. */
  ledgerErrors(): number;
}

export interface BudgetDeps {
  ledger: BudgetLedger;
  limits: BudgetLimits;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/** Name of the account of all tenants. A tenant cannot have it, because slugs have no dot. */
export const DEPLOYMENT_ACCOUNT = '.deployment';

/** Returns the name of a tenant's account. */
export function tenantAccount(tenant: string): string {
  return `tenant.${tenant}`;
}

/**
 * Number of accounts in the memory of a process. An account that is dropped forfeits the units that
 * the process has taken in advance.
 */
const MOST_ACCOUNTS = 2_000;
const CALLS_AT_A_TIME = 16;

/**
 * Creates the budget of one process. The process takes units from the ledger for a whole batch and
 * some in advance, so that a batch makes at most one write for each of its tenants and one for the
 * deployment, and most calls of the API make none. Each text is paid from the account of a tenant and
 * from that of the deployment.
 */
export function createBudget(deps: BudgetDeps): Budget {
  const cashier = new Cashier(deps);
  // Two batches at once could each count on the same units.
  const oneAtATime = pLimit(1);
  return {
    charge: (charges) => oneAtATime(() => cashier.charge(charges)),
    refund: (payments) => oneAtATime(() => cashier.refund(payments)),
    ledgerErrors: () => cashier.ledger_errors,
  };
}

/** A charge that is not decided. The first of its tenants is the next to be asked. */
interface OpenCharge extends Charge {
  index: number;
}

class Cashier {
  readonly #deps: BudgetDeps;
  readonly #limit = pLimit(CALLS_AT_A_TIME);
  readonly #accounts = new LRUCache<string, Account>({
    maxSize: MOST_ACCOUNTS,
    sizeCalculation: () => 1,
  });
  #last_error: ServiceError | undefined;
  ledger_errors = 0;

  constructor(deps: BudgetDeps) {
    this.#deps = deps;
  }

  async charge(charges: readonly Charge[]): Promise<Charged[]> {
    const month = monthOf(this.#deps.now());
    const outcomes: Charged[] = [];
    let open = charges.map((charge, index): OpenCharge => ({ ...charge, index }));
    while (open.length > 0) {
      await this.#reserve(open, month);
      open = open.flatMap((charge) => {
        const outcome = this.#pay(charge, month);
        const [, ...others] = charge.tenants;
        if ('refusal' in outcome && others.length > 0) return [{ ...charge, tenants: others }];
        outcomes[charge.index] = outcome;
        return [];
      });
    }
    await this.#giveBack(
      month,
      charges.flatMap(({ tenants }) => tenants),
    );
    return outcomes;
  }

  async refund(payments: readonly Payment[]): Promise<void> {
    const month = monthOf(this.#deps.now());
    const current = payments.filter((payment) => payment.month === month);
    for (const { tenant, units } of current) {
      this.#tenant(tenant, month)?.refund(units);
      this.#deployment(month)?.refund(units);
    }
    if (current.length > 0) {
      await this.#giveBack(
        month,
        current.map(({ tenant }) => tenant),
      );
    }
  }

  async #reserve(open: OpenCharge[], month: string): Promise<void> {
    const needed = new Map<string, number>();
    for (const { tenants, units } of open) {
      const tenant = payerOf(tenants);
      needed.set(tenant, (needed.get(tenant) ?? 0) + units);
    }
    const now = this.#deps.now();
    await Promise.all(
      [...needed].map(([tenant, units]) =>
        this.#limit(() => this.#call(this.#tenant(tenant, month)?.reserve(units, now))),
      ),
    );
    const payable = open.filter(
      ({ tenants, units }) => this.#tenant(payerOf(tenants), month)?.canSpend(units) ?? true,
    );
    const sum = payable.reduce((total, { units }) => total + units, 0);
    await this.#call(this.#deployment(month)?.reserve(sum, now));
  }

  #pay({ tenants, units }: OpenCharge, month: string): Charged {
    const tenant = payerOf(tenants);
    const accounts = {
      tenant: this.#tenant(tenant, month),
      deployment: this.#deployment(month),
    };
    for (const scope of ['tenant', 'deployment'] as const) {
      const account = accounts[scope];
      if (account === undefined || account.canSpend(units)) continue;
      const error = account.is_down ? this.#last_error : undefined;
      return {
        refusal:
          error === undefined
            ? { reason: 'over_budget', scope, month }
            : { reason: 'unavailable', error },
      };
    }
    accounts.tenant?.spend(units);
    accounts.deployment?.spend(units);
    return { payment: { tenant, month, units } };
  }

  async #giveBack(month: string, tenants: string[]): Promise<void> {
    const accounts = [...new Set(tenants)].map((tenant) => this.#tenant(tenant, month));
    await Promise.all(
      [...accounts, this.#deployment(month)].map((account) =>
        this.#limit(() => this.#call(account?.giveBack())),
      ),
    );
  }

  async #call(call: Promise<ServiceError | undefined> | undefined): Promise<void> {
    const error = await call;
    if (error === undefined) return;
    this.#last_error = error;
    this.ledger_errors += 1;
  }

  #tenant(tenant: string, month: string): Account | undefined {
    const limit = tenantLimit(this.#deps.limits, tenant);
    return this.#open(tenantAccount(tenant), month, limit);
  }

  #deployment(month: string): Account | undefined {
    return this.#open(DEPLOYMENT_ACCOUNT, month, this.#deps.limits.deployment ?? undefined);
  }

  #open(account: string, month: string, limit: number | undefined): Account | undefined {
    if (limit === undefined) return undefined;
    const key = `${month} ${account}`;
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const opened = new Account({ ledger: this.#deps.ledger, entry: { month, account }, limit });
    this.#accounts.set(key, opened);
    return opened;
  }
}

function payerOf([first]: string[]): string {
  if (first === undefined) throw new Error('A charge without a tenant');
  return first;
}
