import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitsAhead, unitsOnCredit } from '../../../budgets/account.ts';
import { type Charge, type Charged, createBudget } from '../../../budgets/budget.ts';
import type { BudgetLedger } from '../../../budgets/ports.ts';
import { type BudgetLimits, budgetLimitsSchema, ServiceError } from '../../../schemas/index.ts';
import { createFakeBudgetLedger } from '../../fakes/budget-ledger.ts';

const NOVEMBER = Date.UTC(2026, 10, 23);
const acme = { month: '2026-11', account: 'tenant.acme' };
const all = { month: '2026-11', account: '.deployment' };

/** Creates the budget of a process with a clock that the test moves. */
function world(limits: Partial<BudgetLimits>, ledger = createFakeBudgetLedger()) {
  const clock = { at: NOVEMBER };
  const open = (own: BudgetLedger = ledger.ledger) =>
    createBudget({
      ledger: own,
      limits: budgetLimitsSchema.parse(limits),
      now: () => clock.at,
    });
  return { clock, open, ...ledger };
}

const texts = (count: number, units = 3, ...tenants: string[]): Charge[] =>
  Array.from({ length: count }, () => ({ tenants: tenants.length ? tenants : ['acme'], units }));

const paidOf = (charged: Charged[]) =>
  charged.flatMap((one) => ('payment' in one ? [one.payment] : []));
const unitsOf = (charged: Charged[]) => paidOf(charged).reduce((sum, { units }) => sum + units, 0);
const refusalsOf = (charged: Charged[]) =>
  charged.flatMap((one) => ('refusal' in one ? [one.refusal] : []));

describe('at the limit', () => {
  it('a tenant pays until its budget is used up, and then is refused with the month and the scope', async () => {
    const { open, readTaken } = world({ per_tenant: 30 });
    const charged = await open().charge(texts(12));
    expect(paidOf(charged)).toHaveLength(10);
    expect(refusalsOf(charged)).toEqual(
      Array(2).fill({ reason: 'over_budget', scope: 'tenant', month: '2026-11' }),
    );
    expect(readTaken(acme)).toBe(30);
  });

  it('a tenant over its budget does not stop the other tenants of a batch', async () => {
    const { open } = world({ per_tenant: 300, by_tenant: { acme: 3 } });
    const charged = await open().charge([...texts(3), ...texts(5, 3, 'other')]);
    expect(paidOf(charged).map(({ tenant }) => tenant)).toEqual([
      'acme',
      ...Array(5).fill('other'),
    ]);
  });

  it('the budget of the deployment limits all tenants together', async () => {
    const { open, readTaken } = world({ deployment: 30, per_tenant: 1_000 });
    const charged = await open().charge([...texts(8), ...texts(8, 3, 'other')]);
    expect(unitsOf(charged)).toBe(30);
    expect(refusalsOf(charged)[0]).toMatchObject({ scope: 'deployment' });
    expect(readTaken(all)).toBe(30);
  });

  it('a text of several tenants is paid by the first one that can', async () => {
    const { open } = world({ per_tenant: 300, by_tenant: { poor: 0 } });
    const charged = await open().charge([
      { tenants: ['poor', 'acme'], units: 3 },
      { tenants: ['poor'], units: 3 },
    ]);
    expect(charged).toMatchObject([
      { payment: { tenant: 'acme' } },
      { refusal: { scope: 'tenant' } },
    ]);
  });

  it('a tenant without a limit pays nothing to the ledger', async () => {
    const { open, calls } = world({ per_tenant: 3, by_tenant: { acme: null } });
    expect(paidOf(await open().charge(texts(500)))).toHaveLength(500);
    expect(calls.take).toBe(0);
  });

  it('a budget that is raised by a deployment counts at once', async () => {
    const ledger = createFakeBudgetLedger();
    await world({ per_tenant: 30 }, ledger).open().charge(texts(20));
    const charged = await world({ per_tenant: 60 }, ledger).open().charge(texts(20));
    expect(paidOf(charged)).toHaveLength(10);
  });
});

describe('the ledger', () => {
  it('a batch makes one write per tenant and one for the deployment, and a hundred calls of the API make two', async () => {
    const { open, calls } = world({ per_tenant: 1_000_000, deployment: 1_000_000 });
    await open().charge([...texts(1_000), ...texts(1_000, 3, 'other')]);
    expect(calls).toEqual({ take: 3, add: 0, read: 0 });
    const api = open();
    for (let call = 0; call < 100; call += 1) await api.charge(texts(1));
    expect(calls).toEqual({ take: 5, add: 0, read: 0 });
  });

  it('a used-up budget is asked for again after ten seconds, not for every batch', async () => {
    const { open, calls, clock } = world({ per_tenant: 30 });
    const budget = open();
    for (let batch = 0; batch < 20; batch += 1) await budget.charge(texts(20));
    expect(calls.take).toBe(1);
    clock.at += 10_000;
    await budget.charge(texts(20));
    expect(calls.take).toBe(2);
  });

  it('units of texts without a verdict are returned, and other processes can use them', async () => {
    const { open, readTaken } = world({ per_tenant: 30, deployment: 30 });
    const budget = open();
    const charged = await budget.charge(texts(10));
    await budget.refund(paidOf(charged).slice(4));
    expect([readTaken(acme), readTaken(all)]).toEqual([12, 12]);
    expect(unitsOf(await open().charge(texts(10)))).toBe(18);
  });

  it('what the budget of the deployment refuses is given back to the tenant', async () => {
    const { open, readTaken } = world({ per_tenant: 3_000, deployment: 30 });
    await open().charge(texts(500));
    expect(readTaken(acme)).toBeLessThanOrEqual(30 + unitsAhead(3_000));
  });
});

describe('the month', () => {
  it('a budget resets at the start of a month in UTC, and not earlier', async () => {
    const { open, clock, readTaken } = world({ per_tenant: 30 });
    clock.at = Date.UTC(2026, 11) - 1;
    const budget = open();
    expect(unitsOf(await budget.charge(texts(20)))).toBe(30);
    expect(unitsOf(await budget.charge(texts(1)))).toBe(0);
    clock.at += 1;
    expect(unitsOf(await budget.charge(texts(20)))).toBe(30);
    expect(readTaken({ ...acme, month: '2026-12' })).toBe(30);
  });

  it('a refund that comes after the month counts in neither month', async () => {
    const { open, clock, readTaken } = world({ per_tenant: 30 });
    const budget = open();
    const charged = await budget.charge(texts(10));
    clock.at = Date.UTC(2026, 11);
    await budget.refund(paidOf(charged));
    expect(readTaken(acme)).toBe(30);
    expect(readTaken({ ...acme, month: '2026-12' })).toBe(0);
  });
});

describe('a ledger that does not answer', () => {
  const error = new ServiceError('dynamodb', 'Down', { retryable: true });

  function failing() {
    const ledger = createFakeBudgetLedger();
    const state = { is_down: true };
    const guard = <Call extends (...input: never[]) => unknown>(call: Call) =>
      ((...input: never[]) => {
        if (state.is_down) throw error;
        return call(...input);
      }) as Call;
    const { take, add, read } = ledger.ledger;
    const guarded: BudgetLedger = {
      take: async (...of) => guard(take)(...of),
      add: async (...of) => guard(add)(...of),
      read: async (...of) => guard(read)(...of),
    };
    return { ledger, state, guarded };
  }

  it('a process continues on credit, and then refuses texts as unavailable, not as over budget', async () => {
    const { ledger, guarded } = failing();
    const budget = world({ per_tenant: 3_000 }, ledger).open(guarded);
    const charged = await budget.charge(texts(20));
    expect(unitsOf(charged)).toBe(unitsOnCredit(3_000));
    expect(refusalsOf(charged)[0]).toEqual({ reason: 'unavailable', error });
    expect(budget.ledgerErrors()).toBe(1);
  });

  it('the credit is paid back with the first call that succeeds', async () => {
    const { ledger, guarded, state } = failing();
    const { open, clock } = world({ per_tenant: 3_000 }, ledger);
    const budget = open(guarded);
    await budget.charge(texts(10));
    state.is_down = false;
    clock.at += 2_000;
    await budget.charge(texts(1));
    expect(ledger.readTaken(acme)).toBe(30 + 3 + unitsAhead(3_000));
  });

  it('a bug of the ledger is thrown', async () => {
    const { ledger } = createFakeBudgetLedger();
    const take = () => Promise.reject(new TypeError('a bug'));
    const { open } = world({ per_tenant: 30 });
    await expect(open({ ...ledger, take }).charge(texts(1))).rejects.toThrow('a bug');
  });
});

it('processes that work at the same time never use more than the budgets, and leave at most their advances', async () => {
  const batch = fc.array(
    fc.record({
      tenants: fc.subarray(['acme', 'other', 'third'], { minLength: 1 }),
      units: fc.integer({ min: 3, max: 60 }),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const step = fc.record({ process: fc.nat(3), charges: batch, fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2_000 }),
      fc.integer({ min: 0, max: 4_000 }),
      fc.array(step, { maxLength: 30 }),
      async (per_tenant, deployment, steps) => {
        const { open, readTaken } = world({ per_tenant, deployment });
        const processes = Array.from({ length: 4 }, () => open());
        const used = new Map<string, number>();
        await Promise.all(
          steps.map(async ({ process, charges, fails }) => {
            const charged = await processes[process]!.charge(charges);
            if (fails) return processes[process]!.refund(paidOf(charged));
            for (const { tenant, units } of paidOf(charged)) {
              used.set(tenant, (used.get(tenant) ?? 0) + units);
            }
          }),
        );
        const total = [...used.values()].reduce((sum, units) => sum + units, 0);
        for (const [tenant, units] of used) {
          const entry = { month: '2026-11', account: `tenant.${tenant}` };
          expect(units).toBeLessThanOrEqual(readTaken(entry));
          expect(readTaken(entry)).toBeLessThanOrEqual(per_tenant);
          expect(readTaken(entry) - units).toBeLessThanOrEqual(4 * unitsAhead(per_tenant));
        }
        expect(readTaken(all)).toBeLessThanOrEqual(deployment);
        expect(total).toBeLessThanOrEqual(deployment);
        expect(readTaken(all) - total).toBeLessThanOrEqual(4 * unitsAhead(deployment));
      },
    ),
    { numRuns: 150 },
  );
});
