import { describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../../../api/deps.ts';
import type { BudgetUse } from '../../../../budgets/read-budget.ts';
import { budgetResponseSchema, ServiceError } from '../../../../schemas/index.ts';
import { errorOf, testApi } from '../app.ts';

const RESETS_AT = '2026-12-01T00:00:00.000Z';
const useOf = (tenant?: [number, number], deployment?: [number, number]): BudgetUse => {
  const account = (of?: [number, number]) =>
    of && { limit: of[0], used: of[1], remaining: Math.max(0, of[0] - of[1]) };
  return {
    month: '2026-11',
    resets_at: Date.parse(RESETS_AT),
    tenant: account(tenant),
    deployment: account(deployment),
  };
};
const withBudget = (use: BudgetUse, analyse?: ApiDeps['analyse']) =>
  testApi(analyse, { read_budget: async () => use });
const USED_UP = useOf([3_000, 2_998]);

const OVER = {
  status: 'failed',
  code: 'OverBudget',
  retryable: false,
  throttled: false,
  over_budget: { scope: 'tenant', month: '2026-11' },
} as const;

async function expectRefusal(response: Response): Promise<void> {
  expect(response.status).toBe(429);
  const seconds = Number(response.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(7 * 86_400);
  expect(seconds).toBeLessThanOrEqual(8 * 86_400);
  expect(await errorOf(response)).toMatchObject({
    code: 'BUDGET_EXCEEDED',
    resets_at: RESETS_AT,
    retry_after: seconds,
  });
}

describe('a request over the budget', () => {
  it('is answered with 429, BUDGET_EXCEEDED and the time of the reset by /analyze/sync', async () => {
    const { post } = testApi(async () => [OVER]);
    await expectRefusal(await post({ text: 'hello' }));
  });

  it('is answered by /analyze/batch with an error beside the verdicts, and with 429 if there is no verdict', async () => {
    const over = testApi(async (requests) => requests.map(() => OVER));
    const body = { texts: ['a', 'b'] };
    await expectRefusal(await over.post(body, undefined, '/analyze/batch'));
    const empty = { status: 'empty' } as const;
    const some = testApi(async () => [OVER, empty]);
    const answer = await some.post(body, undefined, '/analyze/batch');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      failed: 2,
      results: [
        { error: { code: 'BUDGET_EXCEEDED', resets_at: RESETS_AT } },
        { error: { code: 'VALIDATION_ERROR' } },
      ],
    });
  });

  it('publishes nothing and creates no job', async () => {
    const { post, entries, jobs } = withBudget(USED_UP);
    const records = [{ text: 'a', source: 's' }];
    await expectRefusal(await post({ records }, undefined, '/records'));
    await expectRefusal(await post({ text: 'a' }, undefined, '/analyze/async'));
    expect(entries).toEqual([]);
    expect((await jobs.list({ tenant: 'acme', limit: 10 })).jobs).toEqual([]);
  });

  it('says whose budget is used up', async () => {
    const { post } = withBudget(useOf([3_000, 0], [100, 100]));
    const { message } = await errorOf(await post({ text: 'a' }, undefined, '/analyze/async'));
    expect(message).toBe(
      `The budget of all tenants for 2026-11 is used up; it resets at ${RESETS_AT}`,
    );
  });
});

it('withdrawals are published also over the budget', async () => {
  const { post, entries } = withBudget(USED_UP);
  const records = [{ record_id: 'r-1', source: 's', deleted: true }];
  expect((await post({ records }, undefined, '/records')).status).toBe(202);
  expect(entries).toHaveLength(1);
});

it('records are published while the ledger of budgets does not answer', async () => {
  const down = new ServiceError('dynamodb', 'Down', { retryable: true });
  const { post } = testApi(undefined, { read_budget: () => Promise.reject(down) });
  const records = [{ text: 'a', source: 's' }];
  expect((await post({ records }, undefined, '/records')).status).toBe(202);
  const bug = testApi(undefined, { read_budget: () => Promise.reject(new TypeError('bug')) });
  expect((await bug.post({ records }, undefined, '/records')).status).toBe(500);
});

it('GET /budget shows the budget of the tenant, its use and its reset', async () => {
  const { request } = withBudget(useOf([3_000, 1_200], [9_000, 100]));
  expect(budgetResponseSchema.parse(await (await request('/budget')).json())).toEqual({
    tenant: 'acme',
    month: '2026-11',
    resets_at: RESETS_AT,
    budget_units: 3_000,
    used_units: 1_200,
    remaining_units: 1_800,
    exceeded: false,
    deployment_exceeded: false,
  });
});

it('GET /budget of a tenant without a budget shows null, and whether the deployment is over its own', async () => {
  const { request } = withBudget(useOf(undefined, [100, 100]));
  expect(await (await request('/budget')).json()).toMatchObject({
    budget_units: null,
    used_units: null,
    remaining_units: null,
    exceeded: true,
    deployment_exceeded: true,
  });
});
