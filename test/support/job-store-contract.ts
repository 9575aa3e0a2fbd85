import { describe, expect, it } from 'vitest';
import type { JobStore, Page } from '../../jobs/ports.ts';
import { JOB_STATUSES, type Job, type JobStatus } from '../../schemas/index.ts';
import { aJob, aProcessingJob, JOBS_NOW } from './jobs.ts';

let count = 0;
const newId = () => `job_contract-${count++}`;
const at = (seconds: number) => new Date(JOBS_NOW + seconds * 1_000).toISOString();
const callback: NonNullable<Job['callback']> = {
  url: 'https://example.com/hook',
  state: 'waiting',
  delivery_id: 'delivery-1',
  attempts: [],
};

/** What every job store promises, at the time {@link JOBS_NOW}. Tests use ids and tenants of their own. */
export function jobStoreContract(store_of: () => JobStore): void {
  const made = async (job: Job) => {
    await store_of().create(job);
    return job;
  };
  rowContract(store_of, made);
  transitionContract(store_of, made);
  listingContract(store_of, made);
  pageContract(store_of);
}

type Make = (job: Job) => Promise<Job>;

function rowContract(store_of: () => JobStore, made: Make): void {
  describe('a job', () => {
    it('is as it was made', async () => {
      const job = aJob({
        job_id: newId(),
        request_hash: 'abc',
        input: { kind: 'upload', format: 'csv', key: 'inputs/a.csv', etag: '"e"', bytes: 7 },
        callback,
      });
      expect(await store_of().create(job)).toEqual({ created: true, job });
      expect(await store_of().get(job.job_id)).toEqual(job);
    });

    it('is made once: who comes second is given what is there', async () => {
      const first = aJob({ job_id: newId(), request_hash: 'first' });
      const others = Array.from({ length: 5 }, (_, i) => ({
        ...first,
        request_hash: `other ${i}`,
      }));
      await made(first);
      const answers = await Promise.all(others.map((job) => store_of().create(job)));
      expect(answers).toEqual(others.map(() => ({ created: false, job: first })));
    });

    it('that has expired is not there, and may be made anew', async () => {
      const old = await made(aJob({ job_id: newId(), expires_at: JOBS_NOW / 1_000 }));
      expect(await store_of().get(old.job_id)).toBeUndefined();
      expect((await store_of().getMany([old.job_id])).size).toBe(0);
      const job = aJob({ job_id: old.job_id });
      expect(await store_of().create(job)).toEqual({ created: true, job });
    });

    it('is not there where none was made', async () => {
      expect(await store_of().get(newId())).toBeUndefined();
    });

    it('is read with any number of others, each once', async () => {
      const ids = Array.from({ length: 205 }, newId);
      await Promise.all(ids.map((job_id) => made(aJob({ job_id }))));
      const read = await store_of().getMany([...ids, ids[0]!, newId()]);
      expect([...read.keys()].sort()).toEqual([...ids].sort());
      expect(read.get(ids[7]!)).toEqual(aJob({ job_id: ids[7]! }));
      expect(await store_of().getMany([])).toEqual(new Map());
    });

    it('changes fields in the states that are named, and loses those that are undefined', async () => {
      const job = await made(aJob({ job_id: newId() }));
      const input = { ...job.input, etag: '"e"', bytes: 3 };
      const { due_at: _, ...rest } = job;
      const changes = { input, due_at: undefined };
      expect(await store_of().update(job.job_id, ['PENDING'], changes)).toEqual({ ...rest, input });
      expect(await store_of().update(job.job_id, ['PROCESSING'], { total: 1 })).toBeUndefined();
      expect(await store_of().update(newId(), ['PENDING'], {})).toBeUndefined();
      expect(await store_of().update(job.job_id, ['PENDING'], {})).toEqual({ ...rest, input });
      expect(await store_of().get(job.job_id)).toEqual({ ...rest, input });
    });

    it('moves on in its input and never back', async () => {
      const job = await made(aProcessingJob({ job_id: newId(), total: 9 }));
      const advance = (records: number, bytes: number) =>
        store_of().advance(job.job_id, ['PROCESSING'], 'submitted', { records, bytes });
      expect(await advance(2, 20)).toEqual({ ...job, submitted: { records: 2, bytes: 20 } });
      expect((await advance(5, 50))?.submitted).toEqual({ records: 5, bytes: 50 });
      expect((await advance(3, 30))?.submitted).toEqual({ records: 5, bytes: 50 });
      expect((await advance(5, 50))?.submitted).toEqual({ records: 5, bytes: 50 });
      expect((await advance(5, 51))?.submitted).toEqual({ records: 5, bytes: 51 });
      await store_of().transition(job.job_id, 'CANCELLED', {});
      expect(await advance(9, 90)).toBeUndefined();
    });

    it('keeps each attempt of its callback once, in their order', async () => {
      const job = await made(aProcessingJob({ job_id: newId(), total: 1, callback }));
      const attempt = { attempted_at: at(1), duration_ms: 5, status: 500 };
      const add = (number: number, state: 'pending' | 'delivered') =>
        store_of().addCallbackAttempt(job.job_id, number, attempt, state);
      expect(await add(1, 'pending')).toBeUndefined();
      await store_of().transition(job.job_id, 'COMPLETED', {
        callback: { ...callback, state: 'pending' },
        due_at: at(300),
      });
      expect((await add(1, 'pending'))?.callback?.attempts).toEqual([attempt]);
      expect(await add(1, 'pending')).toBeUndefined();
      expect(await add(3, 'pending')).toBeUndefined();
      const delivered = await add(2, 'delivered');
      expect(delivered?.callback).toMatchObject({
        state: 'delivered',
        attempts: [attempt, attempt],
      });
      expect(delivered).not.toHaveProperty('due_at');
      expect(await add(3, 'pending')).toBeUndefined();
      expect(await store_of().get(job.job_id)).toEqual(delivered);
    });
  });
}

const LEGAL_TRANSITIONS: Record<JobStatus, JobStatus[]> = {
  PENDING: ['PROCESSING', 'FAILED', 'CANCELLED'],
  PROCESSING: ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'],
  COMPLETED: [],
  COMPLETED_WITH_ERRORS: [],
  FAILED: [],
  CANCELLED: [],
};
const pairs = JOB_STATUSES.flatMap((from) => JOB_STATUSES.map((to) => ({ from, to })));

function transitionContract(store_of: () => JobStore, made: Make): void {
  describe('a transition', () => {
    it.each(pairs)('from $from to $to is taken if it is legal, and refused else', async (pair) => {
      const { from, to } = pair;
      const job = await made(aJob({ job_id: newId(), status: from }));
      const taken = await store_of().transition(job.job_id, to, { completed_at: at(1) });
      const is_legal = LEGAL_TRANSITIONS[from].includes(to);
      const expected = { ...job, status: to, completed_at: at(1) };
      expect(taken).toEqual(is_legal ? expected : undefined);
      expect(await store_of().get(job.job_id)).toEqual(is_legal ? expected : job);
    });

    it('that two writers want at once is taken by one', async () => {
      const job = await made(aProcessingJob({ job_id: newId(), total: 1 }));
      const wanted: JobStatus[] = ['COMPLETED', 'CANCELLED', 'FAILED', 'COMPLETED', 'CANCELLED'];
      const taken = await Promise.all(
        wanted.map((to) => store_of().transition(job.job_id, to, { completed_at: at(2) })),
      );
      const [winner, ...others] = taken.filter((candidate) => candidate !== undefined);
      expect(others).toEqual([]);
      expect(await store_of().get(job.job_id)).toEqual(winner);
    });

    it('of a job that is not there is none', async () => {
      expect(await store_of().transition(newId(), 'FAILED', {})).toBeUndefined();
    });
  });
}

function listingContract(store_of: () => JobStore, made: Make): void {
  async function listed(query: { tenant: string; status?: JobStatus; limit: number }) {
    const pages: Job[][] = [];
    let cursor: string | undefined;
    do {
      const page = await store_of().list({ ...query, cursor });
      pages.push(page.jobs);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return pages;
  }

  describe('a listing', () => {
    it('has a tenant’s jobs, newest first, page by page', async () => {
      const tenant = `tenant-${count++}`;
      const jobs = Array.from({ length: 7 }, (_, i) =>
        aJob({ job_id: newId(), tenant, created_at: at(Math.floor(i / 2)) }),
      );
      await Promise.all([...jobs, aJob({ job_id: newId(), tenant: 'other' })].map(made));
      const pages = await listed({ tenant, limit: 3 });
      expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
      const sorted = [...jobs].sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
      expect(pages.flat()).toEqual(sorted);
      expect(await listed({ tenant, limit: 7 })).toHaveLength(1);
    });

    it('is stable while new jobs come', async () => {
      const tenant = `tenant-${count++}`;
      const old = Array.from({ length: 4 }, (_, i) =>
        aJob({ job_id: newId(), tenant, created_at: at(i) }),
      );
      await Promise.all(old.map(made));
      const first = await store_of().list({ tenant, limit: 2 });
      await made(aJob({ job_id: newId(), tenant, created_at: at(9) }));
      const second = await store_of().list({ tenant, limit: 2, cursor: first.cursor });
      expect([...first.jobs, ...second.jobs]).toEqual(old.reverse());
    });

    it('may be of one status, and has none that have expired', async () => {
      const tenant = `tenant-${count++}`;
      const jobs = (['PENDING', 'FAILED', 'PENDING', 'FAILED', 'FAILED'] as const).map(
        (status, i) => aJob({ job_id: newId(), tenant, status, created_at: at(i) }),
      );
      const expired = aJob({ job_id: newId(), tenant, status: 'FAILED', expires_at: 7 });
      await Promise.all([...jobs, expired].map(made));
      const failed = (await listed({ tenant, status: 'FAILED', limit: 2 })).flat();
      expect(failed).toEqual([jobs[4], jobs[3], jobs[1]]);
      expect((await listed({ tenant, limit: 10 })).flat()).toHaveLength(5);
    });

    it('takes no cursor that is none of its own', async () => {
      const query = {
        tenant: 'acme',
        limit: 1,
        cursor: Buffer.from('{"x":1}').toString('base64url'),
      };
      await expect(store_of().list(query)).rejects.toThrow(RangeError);
    });

    it('of due jobs has those whose time has come, until it is taken away', async () => {
      const jobs = [-5, 0, 5].map((seconds) =>
        aProcessingJob({ job_id: newId(), total: 1, due_at: at(-86_400 + seconds) }),
      );
      await Promise.all(jobs.map(made));
      const due = async () => {
        const ids: string[] = [];
        for await (const { job_id } of store_of().due(JOBS_NOW - 86_400_000)) ids.push(job_id);
        return ids.sort();
      };
      expect(await due()).toEqual([jobs[0]!.job_id, jobs[1]!.job_id].sort());
      await store_of().update(jobs[0]!.job_id, ['PROCESSING'], { due_at: at(0) });
      await store_of().transition(jobs[1]!.job_id, 'CANCELLED', { due_at: undefined });
      expect(await due()).toEqual([]);
    });
  });
}

function keyOf({ created_at, job_id }: Job): string {
  return `${created_at}#${job_id}`;
}

function pageContract(store_of: () => JobStore): void {
  const ref = () => ({ job_id: newId(), expires_at: JOBS_NOW / 1_000 + 86_400 });

  describe('a page', () => {
    it('is the union of all that were marked, however often', async () => {
      const job = ref();
      await store_of().mark(job, 3, { positive: [3_000, 3_001] });
      await store_of().mark(job, 3, { positive: [3_001], set_aside: [3_999] });
      const page = await store_of().mark(job, 3, { positive: [3_000], neutral: [] });
      const expected: Page = {
        page: 3,
        done: { positive: new Set([3_000, 3_001]), set_aside: new Set([3_999]) },
      };
      expect(page).toEqual(expected);
      expect(await store_of().pages(job)).toEqual([expected]);
      expect(await store_of().mark(job, 3, {})).toEqual(expected);
      expect(await store_of().mark(job, 4, {})).toEqual({ page: 4, done: {} });
    });

    it('takes the marks of many at once, and the last of them sees all', async () => {
      const job = ref();
      const pages = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store_of().mark(job, 0, { [i % 2 ? 'mixed' : 'empty']: [i, 999 - i] }),
        ),
      );
      const sizes = pages.map(({ done }) => (done.mixed?.size ?? 0) + (done.empty?.size ?? 0));
      expect(Math.max(...sizes)).toBe(40);
    });

    it('of 1,000 records fits', async () => {
      const job = ref();
      const indexes = Array.from({ length: 1_000 }, (_, i) => 49_999_000 + i);
      const page = await store_of().mark(job, 49_999, { neutral: indexes });
      expect(page.done.neutral).toEqual(new Set(indexes));
    });

    it('is closed once: the first call decides, and marks after it change nothing', async () => {
      const job = ref();
      await store_of().mark(job, 0, { positive: [0] });
      const closed = await store_of().closePage(job, 0, { positive: 1, empty: 2 });
      expect(closed).toEqual({ page: 0, counts: { positive: 1, empty: 2 }, done: {} });
      expect(await store_of().closePage(job, 0, { mixed: 3 })).toEqual(closed);
      expect(await store_of().mark(job, 0, { negative: [1] })).toEqual(closed);
      expect(await store_of().pages(job)).toEqual([closed]);
    });

    it('may be closed without a mark before', async () => {
      const job = ref();
      const closed = await store_of().closePage(job, 2, { withdrawn: 5 });
      expect(closed).toEqual({ page: 2, counts: { withdrawn: 5 }, done: {} });
    });

    it('counts once among those that are closed', async () => {
      const job = ref();
      for (const [page, closed] of [
        [0, 1],
        [7, 2],
        [0, 2],
        [7, 2],
        [3, 3],
      ] as const) {
        expect(await store_of().addClosedPage(job, page)).toBe(closed);
      }
      const at_once = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store_of().addClosedPage(job, 100 + i)),
      );
      expect([...at_once].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 10 }, (_, i) => 4 + i),
      );
    });

    it('is read with all others of its job, in their order', async () => {
      const job = ref();
      const numbers = Array.from({ length: 30 }, (_, i) => (i * 7) % 30);
      await Promise.all(numbers.map((n) => store_of().mark(job, n, { neutral: [n * 1_000] })));
      await store_of().addClosedPage(job, 0);
      const read = await store_of().pages(job);
      expect(read.map(({ page }) => page)).toEqual(Array.from({ length: 30 }, (_, i) => i));
      expect(await store_of().pages(ref())).toEqual([]);
    });

    it('of an earlier job of the same id is not there', async () => {
      const old = ref();
      await store_of().closePage(old, 0, { positive: 1_000 });
      await store_of().addClosedPage(old, 0);
      const job = { ...old, expires_at: old.expires_at + 1 };
      expect(await store_of().pages(job)).toEqual([]);
      expect(await store_of().mark(job, 0, { mixed: [1] })).toEqual({
        page: 0,
        done: { mixed: new Set([1]) },
      });
      expect(await store_of().addClosedPage(job, 5)).toBe(1);
    });
  });

  describe('throughput samples', () => {
    it('are the last of each shard', async () => {
      const sample = (shard_id: string, records: number) => ({
        shard_id,
        ended_at: at(records),
        records,
        duration_ms: 150,
        iterator_age_ms: 20,
      });
      await store_of().putThroughputSample(sample('shard-1', 5));
      await store_of().putThroughputSample(sample('shard-2', 6));
      await store_of().putThroughputSample(sample('shard-1', 7));
      const samples = await store_of().throughputSamples();
      expect(samples.sort((a, b) => (a.shard_id < b.shard_id ? -1 : 1))).toEqual([
        sample('shard-1', 7),
        sample('shard-2', 6),
      ]);
    });
  });
}
