import { expect, it } from 'vitest';
import { createOnFinal, endJob } from '../../../jobs/end-job.ts';
import type { CallbackQueue } from '../../../jobs/ports.ts';
import { createProgress } from '../../../jobs/progress.ts';
import { pageCount, pageSize } from '../../../jobs/read-progress.ts';
import { createSweep } from '../../../jobs/sweep.ts';
import { type Job, ServiceError } from '../../../schemas/index.ts';
import { createFakeJobStore } from '../../fakes/job-store.ts';
import { aJob, aProcessingJob, JOBS_NOW } from '../../support/jobs.ts';

const now = () => JOBS_NOW;
const deleteInput = async () => {};
const isoIn = (milliseconds: number) => new Date(JOBS_NOW + milliseconds).toISOString();
const callback = { url: 'https://example.com/hook', delivery_id: 'd', attempts: [] };

/** Sweeps one job that is due. Returns the report, and what was sent to the queues. */
async function sweep(fields: Partial<Job>) {
  const store = createFakeJobStore({ now });
  await store.create(aJob({ job_id: 'job_1', due_at: isoIn(-1), ...fields }));
  const sent: unknown[] = [];
  const report = await createSweep({
    ...{ store, now, deleteInput },
    job_queue: { send: async (command) => void sent.push(command) },
    callback_queue: { send: async (...message) => void sent.push(message) },
  })();
  return { sent, report };
}

it('a sweep that repeats a callback sends the attempt that follows the last one, at once', async () => {
  const attempts = [1, 2].map(() => ({
    attempted_at: isoIn(-3_600_000),
    duration_ms: 1,
    status: 500,
  }));
  const { sent } = await sweep({
    ...{ status: 'COMPLETED', total: 1 },
    callback: { ...callback, attempts, state: 'pending' },
  });
  expect(sent).toEqual([[{ job_id: 'job_1', attempt: 3 }, 0]]);
});

it('a job of which the last record is missing on the stream is resumed', async () => {
  const submitted = { records: 4, bytes: 40 };
  const { report } = await sweep({ status: 'PROCESSING', total: 5, submitted });
  expect(report).toEqual({ failed: 0, resumed: 1, inputs_deleted: 0, called_back: 0 });
});

it('a sweep that finds a late job ended by another writer does not count it as failed', async () => {
  const store = createFakeJobStore({ now });
  const late = aProcessingJob({ job_id: 'job_1', total: 1, deadline_at: isoIn(-1) });
  await store.create({ ...late, status: 'COMPLETED' });
  const report = await createSweep({
    store: {
      ...store,
      async *due() {
        yield late;
      },
    },
    ...{ now, deleteInput },
    job_queue: { send: () => Promise.reject(new Error('it was asked')) },
    callback_queue: { send: () => Promise.reject(new Error('it was asked')) },
  })();
  expect(report).toEqual({ failed: 0, resumed: 0, inputs_deleted: 0, called_back: 0 });
});

it.each([
  ['resumes a submission', { status: 'PENDING' } as const],
  [
    'repeats a callback',
    { status: 'FAILED', callback: { ...callback, state: 'pending' } } as const,
  ],
])('a sweep that %s fails if the queue does not take the message', async (_, fields) => {
  const store = createFakeJobStore({ now });
  await store.create(aJob({ job_id: 'job_1', due_at: isoIn(-1), ...fields }));
  const send = async () => {
    throw new ServiceError('sqs', 'Down', { retryable: true });
  };
  const sweeping = createSweep({
    ...{ store, now, deleteInput },
    ...{ job_queue: { send }, callback_queue: { send } },
  })();
  await expect(sweeping).rejects.toThrow('sqs: Down');
});

it('pages have 1,000 records, and the last page has the rest', () => {
  expect([1, 999, 1_000, 1_001, 2_000].map(pageCount)).toEqual([1, 1, 1, 2, 2]);
  expect([0, 1, 2].map((page) => pageSize(2_500, page))).toEqual([1_000, 1_000, 500]);
  expect(pageSize(1_000, 0)).toBe(1_000);
});

it('a bug in the report of a final job is thrown, and the job is final nevertheless', async () => {
  const store = createFakeJobStore({ now });
  const { job } = await store.create(aProcessingJob({ job_id: 'job_1', total: 1 }));
  const on_final = () => Promise.reject(new TypeError('a bug'));
  await expect(endJob({ store, now, on_final }, job, 'all_records_succeeded')).rejects.toThrow(
    TypeError,
  );
  expect(await store.get('job_1')).toMatchObject({ status: 'COMPLETED' });
});

it('a final job reports only if its callback is pending', async () => {
  const sent: unknown[] = [];
  const queue: CallbackQueue = { send: async (...message) => void sent.push(message) };
  const on_final = createOnFinal(queue);
  for (const state of ['waiting', 'delivered', 'failed', 'pending'] as const) {
    await on_final(aJob({ job_id: `job_${state}`, callback: { ...callback, state } }));
  }
  await on_final(aJob({ job_id: 'job_none' }));
  expect(sent).toEqual([[{ job_id: 'job_pending', attempt: 1 }, 0]]);
});

it('the records of two jobs with the same page are marked in their own jobs', async () => {
  const store = createFakeJobStore({ now });
  const jobs = await Promise.all(
    ['job_1', 'job_2'].map(
      async (job_id) => (await store.create(aProcessingJob({ job_id, total: 9 }))).job,
    ),
  );
  const progress = createProgress({ store, now, on_final: async () => {} });
  await progress.mark(
    jobs.map((job, job_index) => ({ job, job_index, outcome: 'neutral' as const })),
  );
  const pages = await Promise.all(jobs.map((job) => store.pages(job)));
  expect(pages).toEqual([
    [{ page: 0, done: { neutral: new Set([0]) } }],
    [{ page: 0, done: { neutral: new Set([1]) } }],
  ]);
});
