import { expect, it } from 'vitest';
import { createBudget } from '../../../../budgets/budget.ts';
import { OverBudgetError } from '../../../../budgets/over-budget-error.ts';
import { chargeSearches } from '../../../../processors/privacy/charge-searches.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeBudgetLedger } from '../../../fakes/budget-ledger.ts';

const NOW = Date.UTC(2026, 10, 23);

function createCharged(limit: number | undefined, detectEntities = async () => []) {
  const { ledger } = createFakeBudgetLedger();
  const limits = { per_tenant: limit ?? null, by_tenant: {}, deployment: null };
  const budget = limit === undefined ? undefined : createBudget({ ledger, limits, now: () => NOW });
  const billed: number[] = [];
  const service = chargeSearches(
    { max_bytes: 100_000, detectEntities },
    { budget, onBilled: (units) => billed.push(units) },
  );
  const search = (text: string) => service.detectEntities(text, 'en', { tenant: 'acme' });
  return { search, billed };
}

it('a search is billed by 100 characters, and as at least three units', async () => {
  const { search, billed } = createCharged(undefined);
  for (const length of [1, 300, 301, 1_000]) await search('😀'.repeat(length));
  expect(billed).toEqual([3, 3, 4, 10]);
});

it('a search that the budget of the tenant cannot pay for makes no call', async () => {
  let calls = 0;
  const { search } = createCharged(4, async () => {
    calls += 1;
    return [];
  });
  await search('a');
  await expect(search('a')).rejects.toBeInstanceOf(OverBudgetError);
  await expect(search('a')).rejects.toMatchObject({ scope: 'tenant', month: '2026-11' });
  expect(calls).toBe(1);
});

it('a search that fails is not billed, and the tenant gets its units back', async () => {
  let is_down = true;
  const { search, billed } = createCharged(3, async () => {
    if (is_down) throw new ServiceError('comprehend', 'Down', { retryable: true });
    return [];
  });
  for (let i = 0; i < 3; i += 1) await expect(search('a')).rejects.toMatchObject({ code: 'Down' });
  is_down = false;
  expect(await search('a')).toEqual([]);
  expect(billed).toEqual([3]);
});
