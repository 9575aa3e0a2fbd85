import { expect, it } from 'vitest';
import type { BudgetUse } from '../../../../budgets/read-budget.ts';
import { createAdmit } from '../../../../ingest/submission/admit.ts';
import type { Job } from '../../../../schemas/index.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';

const RESETS_AT = Date.UTC(2026, 11);
const NO_BUDGET: BudgetUse = {
  ...{ month: '2026-11', resets_at: RESETS_AT, tenant: undefined, deployment: undefined },
};
const IDLE = {
  ...{ lag_ms: 0, records_per_second: undefined, batch_ms: 0, reported_at: 0 },
  is_saturated: false,
};

/** Admits a job of `records` records beside other jobs, each with 500 records to publish. */
async function admit(
  records: number,
  others: Partial<Job>[],
  max_open_records?: number,
  budget: { units?: number; use?: BudgetUse; documents_per_second?: number } = {},
) {
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  const due_at = new Date(JOBS_NOW + 86_400_000).toISOString();
  const job = aJob({ job_id: 'mine', due_at, total: undefined, max_open_records });
  await store.create(job);
  for (const [i, other] of others.entries()) {
    const fields = { status: 'PROCESSING', total: 500, due_at } as const;
    await store.create(aJob({ job_id: `other-${i}`, ...fields, ...other }));
  }
  const { documents_per_second = 1_000 / 86_400, use = NO_BUDGET } = budget;
  const deadline_at = new Date(JOBS_NOW + 86_400_000).toISOString();
  return createAdmit({
    ...{ store, readLoad: async () => IDLE, documents_per_second, now: () => JOBS_NOW },
    readBudget: async () => use,
  })({ ...job, deadline_at }, records, budget.units);
}

it('a job is compared with all open jobs, whenever the sweeper would check them', async () => {
  expect(await admit(500, [{}])).toBeUndefined();
  expect((await admit(501, [{}]))?.figures).toMatchObject({ records: 501, records_ahead: 500 });
  expect((await admit(400, [{}, {}]))?.figures).toMatchObject({ records_ahead: 800 });
});

it('a job that has ended takes no time of others, and counts for no cap', async () => {
  expect(await admit(600, [{ status: 'COMPLETED' }, { status: 'FAILED' }], 600)).toBeUndefined();
});

it('the records of the job itself count once for its cap', async () => {
  expect(await admit(100, [], 100)).toBeUndefined();
  expect((await admit(101, [], 100))?.code).toBe('TOO_MANY_RECORDS');
});

it('a job that exceeds what the budget leaves is refused with the figures', async () => {
  const tenant = { limit: 10_000, used: 4_000, remaining: 6_000 };
  const deployment = { limit: 90_000, used: 85_000, remaining: 5_000 };
  const of = (units: number, use: BudgetUse) =>
    admit(100, [], undefined, { units, use, documents_per_second: 100 });
  expect(await of(6_000, { ...NO_BUDGET, tenant })).toBeUndefined();
  expect(await of(6_001, { ...NO_BUDGET, tenant })).toEqual({
    code: 'BUDGET_EXCEEDED',
    message:
      'The job has up to 6,001 billed units, the open jobs of the tenant have 0, and the budget ' +
      'leaves 6,000 until 2026-12-01T00:00:00.000Z. ' +
      'Split the file, wait for the reset, or ask for a larger budget',
    figures: {
      ...{ records: 100, units: 6_001, units_ahead: 0, remaining_units: 6_000 },
      resets_at: '2026-12-01T00:00:00.000Z',
    },
  });
  const both = { ...NO_BUDGET, tenant, deployment };
  expect((await of(5_001, both))?.figures).toMatchObject({ remaining_units: 5_000 });
  expect(await of(1_000_000, NO_BUDGET)).toBeUndefined();
});

it('the units of the open jobs of the tenant that are not on the stream yet come first', async () => {
  const tenant = { limit: 10_000, used: 4_000, remaining: 6_000 };
  const half = { units: 2_000, submitted: { records: 250, bytes: 1 } };
  const others = [half, { units: 900, tenant: 'other' }, { total: undefined }];
  const of = (units: number) =>
    admit(1, others, undefined, {
      units,
      use: { ...NO_BUDGET, tenant },
      documents_per_second: 100,
    });
  expect(await of(5_000)).toBeUndefined();
  expect((await of(5_001))?.figures).toMatchObject({ units: 5_001, units_ahead: 1_000 });
});
