import { expect, it } from 'vitest';
import { simulateBudget, UNITS } from '../../simulation/budget.ts';
import { REPEATS } from '../../support/repeats.ts';

/** The workflow `simulation` runs all of them. */
const SEEDS = [3, 8, 21].slice(0, REPEATS);

it.each(SEEDS)(
  'a tenant over its budget loses and doubles nothing: each record has its result after the reset (seed %i)',
  async (seed) => {
    const report = await simulateBudget({
      seed,
      records: 400,
      outage_ms: 60_000,
      budget_units: 200 * UNITS,
    });
    const { published, used_units, set_aside, rows_before } = report;
    expect(set_aside).toBeGreaterThanOrEqual(200);
    expect(rows_before + set_aside).toBe(published);
    expect(report).toMatchObject({ rows: published, lines: published, left: 0 });
    expect(used_units['2026-11']).toBeLessThanOrEqual(200 * UNITS);
    expect(used_units['2026-12']).toBeLessThanOrEqual(200 * UNITS);
  },
  120_000,
);

it('what exceeds the budget of the next month as well stays set aside under that month', async () => {
  const report = await simulateBudget({
    seed: 5,
    records: 400,
    outage_ms: 60_000,
    budget_units: 100 * UNITS,
  });
  const { published, rows, left, set_aside_again, used_units } = report;
  expect(set_aside_again).toBe(left);
  expect(left).toBeGreaterThan(0);
  expect(rows + left).toBe(published);
  expect(report.lines).toBe(rows);
  expect(used_units['2026-12']).toBeLessThanOrEqual(100 * UNITS);
}, 120_000);

it('a tenant over its budget does not delay the records of other tenants', async () => {
  const options = { seed: 13, records: 400, outage_ms: 0 };
  const without = await simulateBudget({ ...options, budget_units: undefined });
  const with_budget = await simulateBudget({ ...options, budget_units: 100 * UNITS });
  console.log(`p99 of the other tenant: ${without.p99_ms} ms, with a budget ${with_budget.p99_ms}`);
  expect(without.set_aside).toBe(0);
  expect(with_budget.p99_ms).toBeLessThanOrEqual(1.2 * without.p99_ms);
}, 120_000);
