import { describe, expect, it } from 'vitest';
import {
  budgetLimitsSchema,
  hasLimits,
  monthOf,
  resetTime,
  tenantLimit,
} from '../../../schemas/index.ts';
import { listAccepted } from '../../support/fields.ts';

const parse = (limits: object) => budgetLimitsSchema.parse(limits);

describe('the budgets of a deployment', () => {
  it('a budget is null, absent, or whole units from 0', () => {
    const budgets = [null, undefined, 0, 7, -1, 1.5, '7'];
    const accepted = [null, undefined, 0, 7];
    const { per_tenant, deployment } = budgetLimitsSchema.shape;
    expect(listAccepted(per_tenant, budgets)).toEqual(accepted);
    expect(listAccepted(deployment, budgets)).toEqual(accepted);
    const own = budgets.map((units) => ({ by_tenant: { acme: units } }));
    const accepted_own = [null, 0, 7].map((units) => ({ by_tenant: { acme: units } }));
    expect(listAccepted(budgetLimitsSchema, own)).toEqual(accepted_own);
    expect(budgetLimitsSchema.safeParse({ by_tenant: { 'No Slug': 7 } }).success).toBe(false);
    expect(parse({})).toEqual({ by_tenant: {} });
  });

  it.each([
    [{}, false],
    [{ per_tenant: null, deployment: null, by_tenant: { acme: null } }, false],
    [{ per_tenant: 0 }, true],
    [{ deployment: 0 }, true],
    [{ by_tenant: { acme: null, globex: 0 } }, true],
  ])('%j has limits: %s', (limits, has_limits) => {
    expect(hasLimits(parse(limits))).toBe(has_limits);
  });

  it('a tenant has its own budget, even if that is none or 0, and otherwise the budget of each tenant', () => {
    const limits = parse({ per_tenant: 7, by_tenant: { acme: 9, free: null, stopped: 0 } });
    expect(['acme', 'free', 'stopped', 'other'].map((name) => tenantLimit(limits, name))).toEqual([
      9,
      undefined,
      0,
      7,
    ]);
    expect(tenantLimit(parse({}), 'other')).toBeUndefined();
    expect(tenantLimit(parse({ per_tenant: null }), 'other')).toBeUndefined();
  });

  it('a tenant whose name is a property of every object has no budget of its own', () => {
    expect(tenantLimit(parse({ per_tenant: 7 }), 'constructor')).toBe(7);
  });
});

describe('the month of a budget', () => {
  it.each([
    ['2026-11-01T00:00:00.000Z', '2026-11', '2026-12-01T00:00:00.000Z'],
    ['2026-11-30T23:59:59.999Z', '2026-11', '2026-12-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01T00:00:00.000Z', '2027-01', '2027-02-01T00:00:00.000Z'],
  ])('the time %s is in the month %s in UTC, whose budgets reset at %s', (at, month, resets_at) => {
    expect(monthOf(Date.parse(at))).toBe(month);
    expect(new Date(resetTime(month)).toISOString()).toBe(resets_at);
  });
});
