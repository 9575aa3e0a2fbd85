import { expect, it } from 'vitest';
import { createOnFinal, endJob } from '../../../jobs/end-job.ts';
import { estimateCompletion } from '../../../jobs/estimate.ts';
import type { CallbackQueue } from '../../../jobs/ports.ts';
import { createProgress } from '../../../jobs/progress.ts';
import { pageCount, pageSize } from '../../../jobs/read-progress.ts';
import { createSweep } from '../../../jobs/sweep.ts';
import { type Job, ServiceError } from '../../../schemas/index.ts';
import { createFakeJobStore } from '../../fakes/job-store.ts';
import { aJob, aProcessingJob, JOBS_NOW } from '../../support/jobs.ts';

const now = () => JOBS_NOW;
const isoIn = (milliseconds: number) => new Date(JOBS_NOW + milliseconds).toISOString();
const MINUTE = 60_000;
const callback = { url: 'https://example.com/hook', delivery_id: 'd', attempts: [] };

/** Sweeps one job that is due. Returns the job afterwards, and what was sent to the queues. */
async function sweep(fields: Partial<Job>) {
  const store = createFakeJobStore({ now });
  await store.create(aJob({ job_id: 'job_1', due_at: isoIn(-1), ...fields }));
  const sent: unknown[] = [];
  const report = await createSweep({
    ...{ store, now },
    job_queue: { send: async (command) => void sent.push(command) },
    callback_queue: { send: async (...message) => void sent.push(message) },
  })();
  return { job: (await store.get('job_1'))!, sent, report };
}

it('a sweep that resumes a submission looks at the job again in 10 minutes', async () => {
  const { job, sent } = await sweep({});
  expect(job.due_at).toBe(isoIn(10 * MINUTE));
  expect(sent).toEqual([{ kind: 'resume', job_id: 'job_1' }]);
});

it('a sweep that repeats a callback sends its next attempt at once, and looks again in 20 minutes', async () => {
  const attempts = [1, 2].map(() => ({ attempted_at: isoIn(0), duration_ms: 1, status: 500 }));
  const { job, sent } = await sweep({
    ...{ status: 'COMPLETED', total: 1 },
    callback: { ...callback, attempts, state: 'pending' },
  });
  expect(job.due_at).toBe(isoIn(20 * MINUTE));
  expect(sent).toEqual([[{ job_id: 'job_1', attempt: 3 }, 0]]);
});

it('a sweep looks at a job that is on the stream again at its deadline', async () => {
  const submitted = { records: 5, bytes: 50 };
  const { job, sent } = await sweep({ status: 'PROCESSING', total: 5, submitted });
  expect(job.due_at).toBe(job.deadline_at);
  expect(sent).toEqual([]);
});

it('a job of which the last record is missing on the stream is resumed', async () => {
  const submitted = { records: 4, bytes: 40 };
  const { report } = await sweep({ status: 'PROCESSING', total: 5, submitted });
  expect(report).toEqual({ failed: 0, resumed: 1, called_back: 0 });
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
    now,
    job_queue: { send: () => Promise.reject(new Error('it was asked')) },
    callback_queue: { send: () => Promise.reject(new Error('it was asked')) },
  })();
  expect(report).toEqual({ failed: 0, resumed: 0, called_back: 0 });
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
  const sweeping = createSweep({ store, now, job_queue: { send }, callback_queue: { send } })();
  await expect(sweeping).rejects.toThrow('sqs: Down');
});

it('pages have 1,000 records, and the last page has the rest', () => {
  expect([1, 999, 1_000, 1_001, 2_000].map(pageCount)).toEqual([1, 1, 1, 2, 2]);
  expect([0, 1, 2].map((page) => pageSize(2_500, page))).toEqual([1_000, 1_000, 500]);
  expect(pageSize(1_000, 0)).toBe(1_000);
});

const aSample = (age_ms: number, fields: object = {}) => ({
  ...{ shard_id: 's', ended_at: isoIn(-age_ms), records: 100, duration_ms: 1_000 },
  ...{ iterator_age_ms: 0, ...fields },
});
const secondsOf = (samples: ReturnType<typeof aSample>[]) => {
  const query = { now: JOBS_NOW, records: 10_000, samples, documents_per_second: 250 };
  return (Date.parse(estimateCompletion(query)) - JOBS_NOW) / 1_000;
};

it.each([
  ['of a batch that ended 15 minutes ago is measured', 15 * MINUTE, {}, 100],
  ['of a batch that ended before that is not', 15 * MINUTE + 1, {}, 40],
  ['of 25 records is measured', 0, { records: 25 }, 400],
  ['of 24 records is not', 0, { records: 24 }, 40],
  [
    'that ended 2 minutes ago says how long records wait',
    2 * MINUTE,
    { iterator_age_ms: 9_000 },
    109,
  ],
  ['that ended before that does not', 2 * MINUTE + 1, { iterator_age_ms: 9_000 }, 100],
])('a throughput sample %s', (_, age_ms, fields, seconds) => {
  expect(secondsOf([aSample(age_ms, fields)])).toBe(seconds);
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

it('marking names the entries that failed in their order, over all pages and jobs', async () => {
  const store = createFakeJobStore({ now });
  const create = async (job_id: string) =>
    (await store.create(aProcessingJob({ job_id, total: 2_000 }))).job;
  const jobs = [await create('job_1'), await create('job_2')];
  const down = new ServiceError('dynamodb', 'Down', { retryable: true });
  const progress = createProgress({
    store: { ...store, mark: () => Promise.reject(down) },
    ...{ now, on_final: async () => {} },
  });
  const entry = (i: number, job_index: number) => ({
    job: jobs[i]!,
    ...{ job_index, outcome: 'neutral' as const },
  });
  const failures = await progress.mark([entry(0, 0), entry(1, 0), entry(0, 1_000), entry(0, 1)]);
  expect(failures.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
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

it('marking has at most 16 calls in flight at the same time', async () => {
  const store = createFakeJobStore({ now });
  const { job } = await store.create(aProcessingJob({ job_id: 'job_1', total: 60_000 }));
  let in_flight = 0;
  let most = 0;
  const progress = createProgress({
    store: {
      ...store,
      mark: async (...args) => {
        in_flight += 1;
        most = Math.max(most, in_flight);
        await new Promise(setImmediate);
        in_flight -= 1;
        return store.mark(...args);
      },
    },
    ...{ now, on_final: async () => {} },
  });
  const indexes = Array.from({ length: 60 }, (_, page) => page * 1_000);
  await progress.mark(indexes.map((job_index) => ({ job, job_index, outcome: 'neutral' })));
  expect(most).toBe(16);
});
