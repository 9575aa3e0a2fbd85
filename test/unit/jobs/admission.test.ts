import { expect, it } from 'vitest';
import { type AdmissionQuery, refuseJob } from '../../../jobs/admission.ts';
import type { BulkLoad } from '../../../jobs/bulk-load.ts';
import { aJob, JOBS_NOW } from '../../support/jobs.ts';

const HOUR = 3_600;
const IDLE: BulkLoad = {
  ...{ lag_ms: 0, records_per_second: undefined, batch_ms: 0, reported_at: 0 },
  is_saturated: false,
};
const deadline_at = new Date(JOBS_NOW + 24 * HOUR * 1_000).toISOString();
const job = aJob({ job_id: 'mine', tenant: 'acme', deadline_at });
const other = (total: number, submitted = 0, tenant = 'other') =>
  aJob({
    ...{ job_id: `other-${total}`, tenant, status: 'PROCESSING', total, deadline_at },
    submitted: { records: submitted, bytes: submitted },
  });
const refuse = (query: Partial<AdmissionQuery> & { records: number }) =>
  refuseJob({ now: JOBS_NOW, job, open_jobs: [], load: IDLE, documents_per_second: 250, ...query });

it('a job that the quota can just finish before its deadline starts, and one record more is refused', () => {
  const most = 24 * HOUR * 250;
  expect(refuse({ records: most })).toBeUndefined();
  expect(refuse({ records: most + 1 })?.code).toBe('DEADLINE_UNREACHABLE');
});

it('a refusal has the figures: records, records ahead, hours and deadline', () => {
  const refused = refuse({ records: 30_000_000, open_jobs: [other(1_000_000, 400_000)] });
  expect(refused).toEqual({
    code: 'DEADLINE_UNREACHABLE',
    message:
      '30,000,000 records, with 600,000 ahead of them, take about 34 hours at 250 records per second, ' +
      `and the deadline of the job is ${deadline_at}. Split the file, or raise the quota of the analyzer`,
    figures: { records: 30_000_000, records_ahead: 600_000, estimated_hours: 34, deadline_at },
  });
});

it('another job counts with what it has left to publish, and at most with the records of this job', () => {
  const records = 20 * HOUR * 250;
  const four_hours = 4 * HOUR * 250;
  expect(refuse({ records, open_jobs: [other(2 * four_hours, four_hours)] })).toBeUndefined();
  expect(refuse({ records, open_jobs: [other(2 * four_hours, four_hours - 1)] })).toBeDefined();
  const small = 11 * HOUR * 250;
  expect(refuse({ records: small, open_jobs: [other(100 * small)] })).toBeUndefined();
});

it('the records that wait on the bulk stream come first', () => {
  const records = 23 * HOUR * 250;
  const lag = (hours: number) => ({ ...IDLE, lag_ms: hours * HOUR * 1_000 });
  expect(refuse({ records, load: lag(1) })).toBeUndefined();
  expect(refuse({ records, load: lag(1.01) })?.figures?.estimated_hours).toBe(24.1);
});

it('a measured throughput above the quota admits more, because texts repeat', () => {
  const records = 50 * HOUR * 250;
  expect(refuse({ records })).toBeDefined();
  expect(refuse({ records, load: { ...IDLE, records_per_second: 600 } })).toBeUndefined();
});

it('a measured throughput below the quota refuses only if the consumers were saturated', () => {
  const records = 10 * HOUR * 250;
  const slow = { ...IDLE, records_per_second: 100 };
  expect(refuse({ records, load: slow })).toBeUndefined();
  expect(refuse({ records, load: { ...slow, is_saturated: true } })?.figures).toMatchObject({
    estimated_hours: 25,
  });
});

it('the open jobs of a tenant have at most the records of its tier, whatever other tenants have', () => {
  const capped = { ...job, max_open_records: 1_000 };
  const open_jobs = [other(400, 400, 'acme'), other(90_000)];
  expect(refuse({ job: capped, records: 600, open_jobs })).toBeUndefined();
  expect(refuse({ job: capped, records: 601, open_jobs })).toEqual({
    code: 'TOO_MANY_RECORDS',
    message:
      'The job has 601 records, and the open jobs of the tenant have 400; together they may have 1,000. ' +
      'Wait until a job has ended, split the file, or ask for another tier',
    figures: { records: 601, open_records: 400, max_records: 1_000 },
  });
});
