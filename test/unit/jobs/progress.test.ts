import { beforeEach, expect, it } from 'vitest';
import type { JobStore } from '../../../jobs/ports.ts';
import { createProgress, type JobProgress } from '../../../jobs/progress.ts';
import { type Job, MAX_JOB_RECORDS, type RecordOutcome } from '../../../schemas/index.ts';
import { createFakeJobStore } from '../../fakes/job-store.ts';
import { createOutage } from '../../fakes/network.ts';
import { aProcessingJob, JOBS_NOW } from '../../support/jobs.ts';

const now = () => JOBS_NOW;

let calls: string[];
let store: JobStore;
let finals: Job[];
let progress: JobProgress;

beforeEach(() => {
  calls = [];
  finals = [];
  store = createFakeJobStore({ now });
  const recorder = new Proxy(store, {
    get: (target, method: keyof JobStore) => {
      if (method !== 'getMany') calls.push(method);
      return target[method];
    },
  });
  progress = createProgress({
    store: recorder,
    now,
    on_final: async (job) => void finals.push(job),
  });
});

async function createJob(job_id: string, total: number): Promise<Job> {
  return (await store.create(aProcessingJob({ job_id, total }))).job;
}

function entries(job: Job, indexes: number[], outcome: RecordOutcome = 'neutral') {
  return indexes.map((job_index) => ({ job, job_index, outcome }));
}

const upTo = (total: number) => Array.from({ length: total }, (_, i) => i);

it('Marking takes one call for each page that a batch touches', async () => {
  const job = await createJob('job_1', 5_000);
  await progress.mark(entries(job, [0, 999, 1_000, 4_999, 4_998]));
  expect(calls).toEqual(['mark', 'mark', 'mark']);
});

it('Marking the record of a job of one text takes two calls: one closes the page, one ends the job', async () => {
  const job = await createJob('job_1', 1);
  await progress.mark(entries(job, [0]));
  expect(calls).toEqual(['closePage', 'transition']);
  expect(finals).toMatchObject([{ job_id: 'job_1', status: 'COMPLETED' }]);
});

it('Marking all records of a page in one batch closes the page without marking its records first', async () => {
  const job = await createJob('job_1', 1_001);
  await progress.mark(entries(job, upTo(1_000)));
  expect(calls).toEqual(['closePage', 'addClosedPage']);
  await progress.mark(entries(job, [1_000], 'set_aside'));
  expect(calls.slice(2)).toEqual(['closePage', 'addClosedPage', 'pages', 'transition']);
  expect(finals).toMatchObject([{ status: 'COMPLETED_WITH_ERRORS' }]);
});

it('Marking ignores indexes beyond the total, and jobs that are not PROCESSING', async () => {
  const job = await createJob('job_1', 2);
  const others = (['PENDING', 'FAILED', 'CANCELLED', 'COMPLETED'] as const).map((status) => ({
    ...job,
    status,
  }));
  const { total: _, ...uncounted } = job;
  const none = [...others, uncounted].flatMap((other) => entries(other, [0]));
  expect(await progress.mark([...none, ...entries(job, [2, 99])])).toEqual([]);
  expect(calls).toEqual([]);
});

it('Marking returns the entries of a page that failed, and no others', async () => {
  const job = await createJob('job_1', 3_000);
  const { mark } = store;
  store.mark = (of, page, done) =>
    page === 1 ? Promise.reject(createOutage('dynamodb')) : mark(of, page, done);
  const failures = await progress.mark(entries(job, [1_000, 5, 1_001, 2_000]));
  expect(failures).toEqual([
    { index: 0, code: 'InternalServerError' },
    { index: 2, code: 'InternalServerError' },
  ]);
});

it('Marking rethrows an error that is not a ServiceError', async () => {
  const job = await createJob('job_1', 2);
  store.mark = () => Promise.reject(new TypeError('undefined is not a function'));
  await expect(progress.mark(entries(job, [0]))).rejects.toThrow(TypeError);
});

it('Reading the jobs of a batch reads each job once, and makes no call for an empty batch', async () => {
  const job = await createJob('job_1', 1);
  expect(await progress.begin(['job_1', 'job_1', 'job_2'])).toEqual(new Map([['job_1', job]]));
  store.getMany = () => Promise.reject(new Error('it did'));
  expect(await progress.begin([])).toEqual(new Map());
});

it('Marking works on the last page of the largest job', async () => {
  const job = await createJob('job_1', MAX_JOB_RECORDS);
  await progress.mark(entries(job, [MAX_JOB_RECORDS - 1]));
  expect(await store.pages(job)).toMatchObject([{ page: 49_999 }]);
});

it('Marking counts a record that comes twice in one batch under its first outcome', async () => {
  const job = await createJob('job_1', 3);
  const twice = [...entries(job, [0], 'positive'), ...entries(job, [0], 'set_aside')];
  await progress.mark(twice);
  expect(await store.pages(job)).toEqual([{ page: 0, done: { positive: new Set([0]) } }]);
});

it('Marking returns the failures in the order of the batch, also if its pages alternate', async () => {
  const job = await createJob('job_1', 2_000);
  store.mark = () => Promise.reject(createOutage('dynamodb'));
  const failures = await progress.mark(entries(job, [0, 1_000, 1, 1_001]));
  expect(failures.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
});

it('Marking makes at most 16 calls at a time', async () => {
  const job = await createJob('job_1', 40_000);
  const { mark } = store;
  let [in_flight, most] = [0, 0];
  store.mark = async (...args) => {
    in_flight += 1;
    most = Math.max(most, in_flight);
    await Promise.resolve();
    in_flight -= 1;
    return mark(...args);
  };
  await progress.mark(
    entries(
      job,
      upTo(40).map((page) => page * 1_000),
    ),
  );
  expect(most).toBe(16);
});

it('Marking a record of a closed page does not close the page again', async () => {
  const job = await createJob('job_1', 1_001);
  await progress.mark(entries(job, upTo(1_000)));
  calls.length = 0;
  await progress.mark(entries(job, [7]));
  expect(calls).toEqual(['mark', 'addClosedPage']);
});

it('A job does not end while one of its pages is open, whatever the store says of the closed pages', async () => {
  const job = await createJob('job_1', 2_000);
  await progress.mark(entries(job, [5]));
  store.addClosedPage = async () => true;
  await progress.mark(
    entries(
      job,
      upTo(1_000).map((index) => 1_000 + index),
    ),
  );
  expect(finals).toEqual([]);
  expect(await store.get('job_1')).toMatchObject({ status: 'PROCESSING' });
});
