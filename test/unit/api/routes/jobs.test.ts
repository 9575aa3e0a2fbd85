import { expect, it } from 'vitest';
import {
  deriveJobRecordId,
  type Job,
  jobsResponseSchema,
  recordKey,
  ServiceError,
  statusResponseSchema,
} from '../../../../schemas/index.ts';
import { aJob, aProcessingJob, JOBS_NOW } from '../../../support/jobs.ts';
import { aResult } from '../../../support/results.ts';
import { errorOf, SETTINGS, testApi } from '../app.ts';

async function readStatus(api: ReturnType<typeof testApi>, job_id = 'job_1') {
  const response = await api.request(`/status/${job_id}`);
  expect(response.status).toBe(200);
  return statusResponseSchema.parse(await response.json());
}

it('GET /status shows progress, counts by outcome, and where the results are', async () => {
  const api = testApi();
  const { job } = await api.jobs.create(aProcessingJob({ job_id: 'job_1', total: 10 }));
  await api.jobs.mark(job, 0, { positive: [0, 1], negative: [2], set_aside: [3] });
  expect(await readStatus(api)).toMatchObject({
    job_id: 'job_1',
    status: 'PROCESSING',
    source_id: 'api',
    progress: { total: 10, done: 4, succeeded: 3, failed: 0, set_aside: 1, percentage: 40 },
    counts: { positive: 2, negative: 1, set_aside: 1 },
    results_url: '/jobs/job_1/results',
    estimated_completion: expect.any(String),
  });
});

const text_input = { kind: 'text' as const, format: 'jsonl' as const, key: 'inputs/job_1.jsonl' };

it('GET /status has the result of a job of one text once it is done', async () => {
  const api = testApi();
  const { job } = await api.jobs.create(
    aProcessingJob({ job_id: 'job_1', total: 1, input: text_input }),
  );
  const record_id = deriveJobRecordId('job_1', 0);
  const record = { tenant: 'acme', source: 'api', record_id };
  api.rows.set(recordKey(record), aResult({ ...record, sentiment: 'MIXED' }));
  expect(await readStatus(api)).not.toHaveProperty('result');
  await api.jobs.mark(job, 0, { mixed: [0] });
  expect(await readStatus(api)).toMatchObject({ result: { record_id, sentiment: 'MIXED' } });
});

it('GET /status has no result of a job of documents', async () => {
  const api = testApi();
  const input = { ...text_input, kind: 'documents' as const };
  const { job } = await api.jobs.create(aProcessingJob({ job_id: 'job_1', total: 1, input }));
  const record = { tenant: 'acme', source: 'api', record_id: 'job_1:0' };
  api.rows.set(recordKey(record), aResult(record));
  await api.jobs.mark(job, 0, { mixed: [0] });
  expect(await readStatus(api)).not.toHaveProperty('result');
});

it('GET /status estimates the end of a job that is not final, except of an upload that is not counted', async () => {
  const estimateOf = async (fields: Partial<Job>) => {
    const api = testApi();
    await api.jobs.create(aJob({ job_id: 'job_1', ...fields }));
    return (await readStatus(api)).estimated_completion;
  };
  expect(await estimateOf({ status: 'PROCESSING', total: 5 })).toEqual(expect.any(String));
  expect(await estimateOf({ input: text_input })).toEqual(expect.any(String));
  expect(await estimateOf({})).toBeNull();
  for (const status of ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'] as const) {
    expect(await estimateOf({ status, total: 5 })).toBeUndefined();
  }
});

it('GET /status estimates by the records that are left', async () => {
  const now = () => JOBS_NOW;
  const sample = { shard_id: 's', records: 100, duration_ms: 1_000, iterator_age_ms: 0 };
  const samples = [{ ...sample, ended_at: new Date(JOBS_NOW).toISOString() }];
  const api = testApi(undefined, { now, throughput_samples: async () => samples });
  const { job } = await api.jobs.create(aProcessingJob({ job_id: 'job_1', total: 1_000 }));
  await api.jobs.mark(job, 0, { positive: Array.from({ length: 400 }, (_, i) => i) });
  const { estimated_completion } = await readStatus(api);
  expect(Date.parse(estimated_completion!) - JOBS_NOW).toBe(6_000);
});

it('GET /status estimates by the quota when the samples cannot be read', async () => {
  const api = testApi(undefined, {
    throughput_samples: async () => {
      throw new ServiceError('dynamodb', 'Down', { retryable: true });
    },
  });
  await api.jobs.create(aProcessingJob({ job_id: 'job_1', total: 1_000 }));
  expect((await readStatus(api)).estimated_completion).toEqual(expect.any(String));
});

it('GET /status estimates a record at least for a job whose records are not counted yet', async () => {
  const now = () => JOBS_NOW;
  const settings = { ...SETTINGS, documents_per_second: 0.1 };
  const api = testApi(undefined, { now, settings });
  await api.jobs.create(aJob({ job_id: 'job_1', input: text_input }));
  const { estimated_completion } = await readStatus(api);
  expect(Date.parse(estimated_completion!) - JOBS_NOW).toBe(10_000);
});

it('a bug in reading the samples is a 500, not an estimate', async () => {
  const bug = new TypeError('This is a bug');
  const api = testApi(undefined, { throughput_samples: async () => Promise.reject(bug) });
  await api.jobs.create(aProcessingJob({ job_id: 'job_1', total: 1_000 }));
  expect((await api.request('/status/job_1')).status).toBe(500);
  expect(api.errors).toEqual([bug]);
});

it('GET /status says when a job was created, started and completed', async () => {
  const times = {
    created_at: '2026-11-23T10:00:00.000Z',
    started_at: '2026-11-23T10:00:01.000Z',
    completed_at: '2026-11-23T10:00:02.000Z',
  };
  const api = testApi();
  await api.jobs.create(aJob({ job_id: 'job_1', status: 'COMPLETED', total: 1, ...times }));
  expect(await readStatus(api)).toMatchObject(times);
  const { jobs } = jobsResponseSchema.parse(await (await api.request('/jobs')).json());
  expect(jobs).toMatchObject([{ ...times, total: 1, source_id: 'api' }]);
});

it.each(['GET /status/job_1', 'GET /jobs/job_1/results', 'DELETE /jobs/job_1'])(
  '%s of the job of another tenant is the 404 of a job that does not exist, and changes nothing',
  async (call) => {
    const [method = '', path = ''] = call.split(' ');
    const api = testApi();
    await api.jobs.create(aJob({ job_id: 'job_1', tenant: 'globex' }));
    const theirs = await errorOf(await api.request(path, { method }));
    const nothing = await errorOf(await api.request(path.replace('job_1', 'job_2'), { method }));
    expect({ ...theirs, timestamp: '' }).toEqual({ ...nothing, timestamp: '' });
    expect(theirs.code).toBe('NOT_FOUND');
    expect(await api.jobs.get('job_1')).toMatchObject({ status: 'PENDING' });
  },
);

it('GET /status shows the callback with its attempts, and the reason of a failure', async () => {
  const api = testApi();
  const attempts = [{ attempted_at: '2026-11-23T10:00:00.000Z', duration_ms: 5, status: 500 }];
  const callback = {
    url: 'https://example.com/hook',
    state: 'pending' as const,
    delivery_id: 'd',
    attempts,
  };
  const error = { code: 'DEADLINE_EXCEEDED' as const, message: 'Too late' };
  await api.jobs.create(aJob({ job_id: 'job_1', status: 'FAILED', callback, error }));
  expect(await readStatus(api)).toMatchObject({ callback, error });
});

it('GET /jobs lists the caller’s jobs, newest first, in pages of 20', async () => {
  const api = testApi();
  for (let i = 0; i < 25; i += 1) {
    const created_at = new Date(JOBS_NOW + i * 1_000).toISOString();
    await api.jobs.create(aJob({ job_id: `job_${i}`, created_at, total: i }));
  }
  await api.jobs.create(aJob({ job_id: 'theirs', tenant: 'globex' }));
  const read = async (query: string) =>
    jobsResponseSchema.parse(await (await api.request(`/jobs${query}`)).json());
  const first = await read('');
  const last = await read(`?cursor=${first.next_cursor}`);
  const ids = [...first.jobs, ...last.jobs].map(({ job_id }) => job_id);
  expect(first.jobs).toHaveLength(20);
  expect(ids).toEqual(Array.from({ length: 25 }, (_, i) => `job_${24 - i}`));
  expect(last).not.toHaveProperty('next_cursor');
  expect(first.jobs[0]?.total).toBe(24);
});

it('GET /jobs lists the jobs of one status', async () => {
  const api = testApi();
  await api.jobs.create(aJob({ job_id: 'waits' }));
  await api.jobs.create(aProcessingJob({ job_id: 'runs', total: 1 }));
  const response = await api.request('/jobs?status=PROCESSING');
  expect(await response.json()).toMatchObject({ jobs: [{ job_id: 'runs' }] });
  const refused = await api.request('/jobs?status=RUNNING');
  expect(await errorOf(refused)).toMatchObject({ code: 'VALIDATION_ERROR', field: 'status' });
});

it.each(['PENDING', 'PROCESSING'] as const)(
  'DELETE /jobs cancels a job that is %s',
  async (status) => {
    const api = testApi();
    await api.jobs.create(aJob({ job_id: 'job_1', status }));
    const cancel = () => api.request('/jobs/job_1', { method: 'DELETE' });
    const response = await cancel();
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ job_id: 'job_1', status: 'CANCELLED' });
    expect(await api.jobs.get('job_1')).toMatchObject({ status: 'CANCELLED' });
    expect((await cancel()).status).toBe(200);
  },
);

it.each(['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED'] as const)(
  'DELETE /jobs of a job that is %s is a 409, and changes nothing',
  async (status) => {
    const api = testApi();
    await api.jobs.create(aJob({ job_id: 'job_1', status }));
    const response = await api.request('/jobs/job_1', { method: 'DELETE' });
    expect(response.status).toBe(409);
    expect((await errorOf(response)).message).toContain(status);
    expect(await api.jobs.get('job_1')).toMatchObject({ status });
  },
);

it('DELETE /jobs of a job that ends meanwhile is a 409', async () => {
  const api = testApi();
  const { jobs } = api;
  await jobs.create(aProcessingJob({ job_id: 'job_1', total: 1 }));
  const { request } = testApi(undefined, {
    jobs: {
      ...jobs,
      transition: async (job_id, to, changes) => {
        await jobs.transition(job_id, 'COMPLETED', {});
        return jobs.transition(job_id, to, changes);
      },
    },
  });
  const response = await request('/jobs/job_1', { method: 'DELETE' });
  expect(response.status).toBe(409);
  expect((await errorOf(response)).message).toContain('COMPLETED');
});

it.each(['/status/job_1', '/jobs/job_1/results', '/status/%00', '/status/a b'])(
  'GET %s of a job that does not exist is a 404',
  async (path) => {
    const response = await testApi().request(path);
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({ code: 'NOT_FOUND' });
  },
);
