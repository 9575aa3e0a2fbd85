import { expect, it } from 'vitest';
import { createAdmit } from '../../../../ingest/submission/admit.ts';
import type { Job } from '../../../../schemas/index.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';

const IDLE = {
  ...{ lag_ms: 0, records_per_second: undefined, batch_ms: 0, reported_at: 0 },
  is_saturated: false,
};

/** Admits a job of `records` records beside other jobs, each with 500 records to publish. */
async function admit(records: number, others: Partial<Job>[], max_open_records?: number) {
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  const due_at = new Date(JOBS_NOW + 86_400_000).toISOString();
  const job = aJob({ job_id: 'mine', due_at, total: undefined, max_open_records });
  await store.create(job);
  for (const [i, other] of others.entries()) {
    const fields = { status: 'PROCESSING', total: 500, due_at } as const;
    await store.create(aJob({ job_id: `other-${i}`, ...fields, ...other }));
  }
  const documents_per_second = 1_000 / 86_400;
  const deadline_at = new Date(JOBS_NOW + 86_400_000).toISOString();
  return createAdmit({
    ...{ store, readLoad: async () => IDLE, documents_per_second, now: () => JOBS_NOW },
  })({ ...job, deadline_at }, records);
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
