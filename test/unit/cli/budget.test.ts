import { expect, it } from 'vitest';
import { describeBudget } from '../../../cli/commands/budget.ts';

const budget = {
  tenant: 'acme',
  month: '2026-11',
  resets_at: '2026-12-01T00:00:00.000Z',
  budget_units: 10_000_000,
  used_units: 1_234_567,
  remaining_units: 8_765_433,
  exceeded: false,
  deployment_exceeded: false,
};

it('aurastream budget describes what is used, what is left and until when', () => {
  expect(describeBudget(budget)).toBe(
    'The tenant acme has used 1,234,567 of 10,000,000 billed units in 2026-11, ' +
      'with the units that processes have taken in advance; 8,765,433 are left until 2026-12-01T00:00:00.000Z.',
  );
});

it('aurastream budget says whose budget is used up', () => {
  const own = { ...budget, exceeded: true };
  expect(describeBudget(own)).toContain('\nThe budget is used up: ');
  const none = { budget_units: null, used_units: null, remaining_units: null };
  expect(describeBudget({ ...own, ...none, deployment_exceeded: true })).toBe(
    'The tenant acme has no budget of its own.\n' +
      'The budget of all tenants is used up: texts that are in no cache are refused or set aside.',
  );
});
