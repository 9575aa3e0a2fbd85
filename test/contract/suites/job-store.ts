import { expect, it } from 'vitest';
import type { JobStore, Page } from '../../../jobs/ports.ts';
import { JOB_STATUSES, type Job, type JobStatus } from '../../../schemas/index.ts';
import { aJob, aProcessingJob, JOBS_NOW } from '../../support/jobs.ts';

let count = 0;
const newId = () => `job_contract-${count++}`;
const at = (seconds: number) => new Date(JOBS_NOW + seconds * 1_000).toISOString();
const callback: NonNullable<Job['callback']> = {
  url: 'https://example.com/hook',
  state: 'waiting',
  delivery_id: 'delivery-1',
  attempts: [],
};

/**
 * Defines the tests that every job store must pass. The store's clock must show {@link JOBS_NOW}.
 */
export function describeJobStore(storeOf: () => JobStore): void {
  const create = async (job: Job) => {
    await storeOf().create(job);
    return job;
  };
  describeRows(storeOf, create);
  describeTransitions(storeOf, create);
  describeListings(storeOf, create);
  describePages(storeOf);
}

type Create = (job: Job) => Promise<Job>;

function describeRows(storeOf: () => JobStore, create: Create): void {
  it('A job reads back as it was created', async () => {
    const job = aJob({
      job_id: newId(),
      request_hash: 'abc',
      input: { kind: 'upload', format: 'csv', key: 'inputs/a.csv', etag: '"e"', bytes: 7 },
      callback,
    });
    expect(await storeOf().create(job)).toEqual({ created: true, job });
    expect(await storeOf().get(job.job_id)).toEqual(job);
  });

  it('A job is created once: a later creator is answered the existing job', async () => {
    const first = aJob({ job_id: newId(), request_hash: 'first' });
    const others = Array.from({ length: 5 }, (_, i) => ({
      ...first,
      request_hash: `other ${i}`,
    }));
    await create(first);
    const answers = await Promise.all(others.map((job) => storeOf().create(job)));
    expect(answers).toEqual(others.map(() => ({ created: false, job: first })));
  });

  it('An expired job does not exist for readers, and may be created anew', async () => {
    const old = await create(aJob({ job_id: newId(), expires_at: JOBS_NOW / 1_000 }));
    expect(await storeOf().get(old.job_id)).toBeUndefined();
    expect((await storeOf().getMany([old.job_id])).size).toBe(0);
    const job = aJob({ job_id: old.job_id });
    expect(await storeOf().create(job)).toEqual({ created: true, job });
  });

  it('A job that was never created does not exist', async () => {
    expect(await storeOf().get(newId())).toBeUndefined();
  });

  it('Any number of jobs are read together, each once', async () => {
    const ids = Array.from({ length: 205 }, newId);
    await Promise.all(ids.map((job_id) => create(aJob({ job_id }))));
    const read = await storeOf().getMany([...ids, ids[0]!, newId()]);
    expect([...read.keys()].sort()).toEqual([...ids].sort());
    expect(read.get(ids[7]!)).toEqual(aJob({ job_id: ids[7]! }));
    expect(await storeOf().getMany([])).toEqual(new Map());
  });

  it('An update changes fields in the given states only, and removes fields that are undefined', async () => {
    const job = await create(aJob({ job_id: newId() }));
    const input = { ...job.input, etag: '"e"', bytes: 3 };
    const { due_at: _, ...rest } = job;
    const changes = { input, due_at: undefined };
    expect(await storeOf().update(job.job_id, ['PENDING'], changes)).toEqual({ ...rest, input });
    expect(await storeOf().update(job.job_id, ['PROCESSING'], { total: 1 })).toBeUndefined();
    expect(await storeOf().update(newId(), ['PENDING'], {})).toBeUndefined();
    expect(await storeOf().update(job.job_id, ['PENDING'], {})).toEqual({ ...rest, input });
    expect(await storeOf().get(job.job_id)).toEqual({ ...rest, input });
  });

  it('A position in the input moves forward and never back', async () => {
    const lease = { owner: 'me', until: at(60) };
    const job = await create(aProcessingJob({ job_id: newId(), total: 9, lease }));
    const advance = (records: number, bytes: number) =>
      storeOf().advance(job.job_id, ['PROCESSING'], 'submitted', { records, bytes }, lease);
    const moved = { submitted: { records: 2, bytes: 20 }, due_at: lease.until };
    expect(await advance(2, 20)).toEqual({ ...job, ...moved });
    expect((await advance(5, 50))?.submitted).toEqual({ records: 5, bytes: 50 });
    expect((await advance(3, 30))?.submitted).toEqual({ records: 5, bytes: 50 });
    expect((await advance(5, 50))?.submitted).toEqual({ records: 5, bytes: 50 });
    expect((await advance(5, 51))?.submitted).toEqual({ records: 5, bytes: 51 });
    await storeOf().transition(job.job_id, 'CANCELLED', {});
    expect(await advance(9, 90)).toBeUndefined();
  });

  it('A checkpoint extends the lease of its owner, makes the job due at the end of the lease, and is refused to all others', async () => {
    const job = await create(aProcessingJob({ job_id: newId(), total: 9 }));
    const advance = (owner: string, records: number, until: string) => {
      const position = { records, bytes: records };
      return storeOf().advance(job.job_id, ['PROCESSING'], 'submitted', position, { owner, until });
    };
    const take = (owner: string) =>
      storeOf().takeLease(
        job.job_id,
        ['PROCESSING'],
        { owner, until: at(60) },
        { now: JOBS_NOW, from: 'a' },
      );
    expect(await advance('a', 1, at(90))).toBeUndefined();
    await take('a');
    const lease = { owner: 'a', until: at(90) };
    expect(await advance('a', 1, at(90))).toMatchObject({ lease, due_at: at(90) });
    await take('b');
    expect(await advance('a', 2, at(120))).toBeUndefined();
    expect(await storeOf().get(job.job_id)).toMatchObject({
      submitted: { records: 1 },
      lease: { owner: 'b', until: at(60) },
      due_at: at(60),
    });
  });

  it('A lease is taken if it is free, has ended, or is handed over, and never by two', async () => {
    const job = await create(aProcessingJob({ job_id: newId(), total: 9 }));
    const take = (owner: string, seconds: number, from?: string) =>
      storeOf().takeLease(
        job.job_id,
        ['PROCESSING'],
        { owner, until: at(seconds + 60) },
        { now: JOBS_NOW + seconds * 1_000, from },
      );
    const lease = { owner: 'a', until: at(60) };
    expect(await take('a', 0)).toEqual({ ...job, lease, due_at: at(60) });
    expect(await take('b', 59)).toBeUndefined();
    expect(await take('b', 59, 'c')).toBeUndefined();
    expect((await take('a', 1))?.lease?.until).toBe(at(61));
    const both = await Promise.all([take('b', 2, 'a'), take('c', 2, 'a')]);
    expect(both.filter((taken) => taken === undefined)).toHaveLength(1);
    expect((await take('d', 62))?.lease).toEqual({ owner: 'd', until: at(122) });
    await storeOf().transition(job.job_id, 'CANCELLED', {});
    expect(await take('d', 63)).toBeUndefined();
  });

  it('The check of a job is postponed unless its status or its due time has changed', async () => {
    const job = await create(aProcessingJob({ job_id: newId(), total: 9 }));
    const later = { ...job, due_at: at(900) };
    expect(await storeOf().postpone(job, at(900))).toEqual(later);
    expect(await storeOf().postpone(job, at(900))).toEqual(later);
    expect(await storeOf().postpone(job, at(901))).toBeUndefined();
    expect(await storeOf().get(job.job_id)).toEqual(later);
    await storeOf().transition(job.job_id, 'CANCELLED', {});
    expect(await storeOf().postpone(later, at(902))).toBeUndefined();
  });

  it('Each attempt of a callback is kept once, in order', async () => {
    const job = await create(aProcessingJob({ job_id: newId(), total: 1, callback }));
    const attempt = { attempted_at: at(1), duration_ms: 1, status: 500 };
    const add = (number: number, state: 'pending' | 'delivered') =>
      storeOf().addCallbackAttempt(job.job_id, number, { ...attempt, duration_ms: number }, state);
    expect(await add(1, 'pending')).toBeUndefined();
    await storeOf().transition(job.job_id, 'COMPLETED', {
      callback: { ...callback, state: 'pending' },
      due_at: at(300),
    });
    expect((await add(1, 'pending'))?.callback?.attempts).toEqual([attempt]);
    expect(await add(1, 'pending')).toBeUndefined();
    expect(await add(3, 'pending')).toBeUndefined();
    const delivered = await add(2, 'delivered');
    expect(delivered?.callback).toMatchObject({
      state: 'delivered',
      attempts: [attempt, { ...attempt, duration_ms: 2 }],
    });
    expect(delivered).toHaveProperty('due_at', at(300));
    expect(await add(3, 'pending')).toBeUndefined();
    expect(await storeOf().get(job.job_id)).toEqual(delivered);
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

function describeTransitions(storeOf: () => JobStore, create: Create): void {
  it.each(pairs)(
    'A transition from $from to $to succeeds if it is legal, and is refused otherwise',
    async (pair) => {
      const { from, to } = pair;
      const job = await create(aJob({ job_id: newId(), status: from }));
      const taken = await storeOf().transition(job.job_id, to, { completed_at: at(1) });
      const is_legal = LEGAL_TRANSITIONS[from].includes(to);
      const expected = { ...job, status: to, completed_at: at(1) };
      expect(taken).toEqual(is_legal ? expected : undefined);
      expect(await storeOf().get(job.job_id)).toEqual(is_legal ? expected : job);
    },
  );

  it('Of two writers that attempt the same transition, one succeeds', async () => {
    const job = await create(aProcessingJob({ job_id: newId(), total: 1 }));
    const wanted: JobStatus[] = ['COMPLETED', 'CANCELLED', 'FAILED', 'COMPLETED', 'CANCELLED'];
    const taken = await Promise.all(
      wanted.map((to) => storeOf().transition(job.job_id, to, { completed_at: at(2) })),
    );
    const [winner, ...others] = taken.filter((candidate) => candidate !== undefined);
    expect(others).toEqual([]);
    expect(await storeOf().get(job.job_id)).toEqual(winner);
  });

  it('A job that does not exist takes no transition', async () => {
    expect(await storeOf().transition(newId(), 'FAILED', {})).toBeUndefined();
  });
}

function describeListings(storeOf: () => JobStore, create: Create): void {
  async function listPages(query: { tenant: string; status?: JobStatus; limit: number }) {
    const pages: Job[][] = [];
    let cursor: string | undefined;
    do {
      const page = await storeOf().list({ ...query, cursor });
      pages.push(page.jobs);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return pages;
  }

  it('A listing has the jobs of a tenant, newest first, page by page', async () => {
    const tenant = `tenant-${count++}`;
    const jobs = Array.from({ length: 7 }, (_, i) =>
      aJob({ job_id: newId(), tenant, created_at: at(Math.floor(i / 2)) }),
    );
    await Promise.all([...jobs, aJob({ job_id: newId(), tenant: 'other' })].map(create));
    const pages = await listPages({ tenant, limit: 3 });
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    const sorted = [...jobs].sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
    expect(pages.flat()).toEqual(sorted);
    expect(await listPages({ tenant, limit: 7 })).toHaveLength(1);
  });

  it('A listing is stable while new jobs are created', async () => {
    const tenant = `tenant-${count++}`;
    const old = Array.from({ length: 4 }, (_, i) =>
      aJob({ job_id: newId(), tenant, created_at: at(i) }),
    );
    await Promise.all(old.map(create));
    const first = await storeOf().list({ tenant, limit: 2 });
    await create(aJob({ job_id: newId(), tenant, created_at: at(9) }));
    const second = await storeOf().list({ tenant, limit: 2, cursor: first.cursor });
    expect([...first.jobs, ...second.jobs]).toEqual(old.reverse());
  });

  it('A listing of one status has only jobs of that status, and no expired ones', async () => {
    const tenant = `tenant-${count++}`;
    const jobs = (['PENDING', 'FAILED', 'PENDING', 'FAILED', 'FAILED'] as const).map((status, i) =>
      aJob({ job_id: newId(), tenant, status, created_at: at(i) }),
    );
    const expired = aJob({ job_id: newId(), tenant, status: 'FAILED', expires_at: 7 });
    await Promise.all([...jobs, expired].map(create));
    const failed = (await listPages({ tenant, status: 'FAILED', limit: 2 })).flat();
    expect(failed).toEqual([jobs[4], jobs[3], jobs[1]]);
    expect((await listPages({ tenant, limit: 10 })).flat()).toHaveLength(5);
  });

  it('A listing refuses a foreign cursor', async () => {
    const query = {
      tenant: 'acme',
      limit: 1,
      cursor: Buffer.from('{"x":1}').toString('base64url'),
    };
    await expect(storeOf().list(query)).rejects.toThrow(RangeError);
  });

  it('Due jobs are the jobs whose time has come, until due_at is removed', async () => {
    const jobs = [-5, 0, 5].map((seconds) =>
      aProcessingJob({ job_id: newId(), total: 1, due_at: at(-86_400 + seconds) }),
    );
    await Promise.all(jobs.map(create));
    const due = async () => {
      const ids: string[] = [];
      for await (const { job_id } of storeOf().due(JOBS_NOW - 86_400_000)) ids.push(job_id);
      return ids.sort();
    };
    expect(await due()).toEqual([jobs[0]!.job_id, jobs[1]!.job_id].sort());
    await storeOf().update(jobs[0]!.job_id, ['PROCESSING'], { due_at: at(0) });
    await storeOf().transition(jobs[1]!.job_id, 'CANCELLED', { due_at: undefined });
    expect(await due()).toEqual([]);
  });

  it('A job stays due when other fields change, and is due again after its due_at was removed', async () => {
    // No other test has jobs that are due two days ago.
    const before = -2 * 86_400;
    const job = await create(aProcessingJob({ job_id: newId(), total: 1, due_at: at(before) }));
    const due = async () => {
      const ids: string[] = [];
      for await (const { job_id } of storeOf().due(JOBS_NOW + before * 1_000)) ids.push(job_id);
      return ids;
    };
    await storeOf().update(job.job_id, ['PROCESSING'], { total: 2 });
    expect(await due()).toEqual([job.job_id]);
    await storeOf().update(job.job_id, ['PROCESSING'], { due_at: undefined });
    expect(await due()).toEqual([]);
    await storeOf().transition(job.job_id, 'COMPLETED', { due_at: at(before) });
    expect(await due()).toEqual([job.job_id]);
    await storeOf().update(job.job_id, ['COMPLETED'], { due_at: undefined });
  });
}

function keyOf({ created_at, job_id }: Job): string {
  return `${created_at}#${job_id}`;
}

function describePages(storeOf: () => JobStore): void {
  const ref = () => ({ job_id: newId(), expires_at: JOBS_NOW / 1_000 + 86_400 });

  it('A page is the union of all marks, however often they are repeated', async () => {
    const job = ref();
    await storeOf().mark(job, 3, { positive: [3_000, 3_001] });
    await storeOf().mark(job, 3, { positive: [3_001], set_aside: [3_999] });
    const page = await storeOf().mark(job, 3, { positive: [3_000], neutral: [] });
    const expected: Page = {
      page: 3,
      done: { positive: new Set([3_000, 3_001]), set_aside: new Set([3_999]) },
    };
    expect(page).toEqual(expected);
    expect(await storeOf().pages(job)).toEqual([expected]);
    expect(await storeOf().mark(job, 3, {})).toEqual(expected);
    expect(await storeOf().mark(job, 4, {})).toEqual({ page: 4, done: {} });
  });

  it('Concurrent marks of a page all take effect, and the last one sees all of them', async () => {
    const job = ref();
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        storeOf().mark(job, 0, { [i % 2 ? 'mixed' : 'empty']: [i, 999 - i] }),
      ),
    );
    const sizes = pages.map(({ done }) => (done.mixed?.size ?? 0) + (done.empty?.size ?? 0));
    expect(Math.max(...sizes)).toBe(40);
  });

  it('A page of 1,000 records fits in one item', async () => {
    const job = ref();
    const indexes = Array.from({ length: 1_000 }, (_, i) => 49_999_000 + i);
    const page = await storeOf().mark(job, 49_999, { neutral: indexes });
    expect(page.done.neutral).toEqual(new Set(indexes));
  });

  it('A page is closed once: the first call decides, and later marks change nothing', async () => {
    const job = ref();
    await storeOf().mark(job, 0, { positive: [0] });
    const closed = await storeOf().closePage(job, 0, { positive: 1, empty: 2 });
    expect(closed).toEqual({ page: 0, counts: { positive: 1, empty: 2 }, done: {} });
    expect(await storeOf().closePage(job, 0, { mixed: 3 })).toEqual(closed);
    expect(await storeOf().mark(job, 0, { negative: [1] })).toEqual(closed);
    expect(await storeOf().pages(job)).toEqual([closed]);
  });

  it('A page without marks may be closed', async () => {
    const job = ref();
    const closed = await storeOf().closePage(job, 2, { withdrawn: 5 });
    expect(closed).toEqual({ page: 2, counts: { withdrawn: 5 }, done: {} });
  });

  it.each([3, 251, 500])(
    'A job of %i pages knows its last page from the others, in whatever order and however often they close',
    async (pages) => {
      const job = ref();
      const order = Array.from({ length: pages }, (_, i) => (i * 7) % pages);
      const close = (page: number) => storeOf().addClosedPage(job, page, pages);
      const others = await Promise.all(order.slice(1).map(close));
      expect(others).toEqual(others.map(() => false));
      expect(await close(order.at(-1)!)).toBe(false);
      expect(await close(0)).toBe(true);
      expect(await close(pages - 1)).toBe(true);
    },
  );

  it('Of pages that close at the same time, at least one is known to be the last', async () => {
    const job = ref();
    const closed = await Promise.all(
      Array.from({ length: 10 }, (_, page) => storeOf().addClosedPage(job, page, 10)),
    );
    expect(closed.filter((is_last) => is_last).length).toBe(1);
  });

  it('All pages of a job are read in order', async () => {
    const job = ref();
    const numbers = Array.from({ length: 30 }, (_, i) => (i * 7) % 30);
    await Promise.all(numbers.map((n) => storeOf().mark(job, n, { neutral: [n * 1_000] })));
    await storeOf().addClosedPage(job, 0, 30);
    const read = await storeOf().pages(job);
    expect(read.map(({ page }) => page)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(await storeOf().pages(ref())).toEqual([]);
  });

  it('Pages of an earlier job with the same id do not exist for a later one', async () => {
    const old = ref();
    await storeOf().closePage(old, 0, { positive: 1_000 });
    expect(await storeOf().addClosedPage(old, 0, 1)).toBe(true);
    const job = { ...old, expires_at: old.expires_at + 1 };
    expect(await storeOf().pages(job)).toEqual([]);
    expect(await storeOf().mark(job, 0, { mixed: [1] })).toEqual({
      page: 0,
      done: { mixed: new Set([1]) },
    });
    expect(await storeOf().addClosedPage(job, 1, 2)).toBe(false);
  });

  it('The batch of each shard that has begun last is kept, apart from the throughput samples', async () => {
    const start = (shard_id: string, seconds: number) => ({
      ...{ shard_id, started_at: at(seconds), oldest_at: at(1) },
    });
    await storeOf().putBatchStart(start('start-1', 5));
    await storeOf().putBatchStart(start('start-2', 6));
    await storeOf().putBatchStart(start('start-1', 7));
    const starts = await storeOf().batchStarts();
    expect(starts.sort((a, b) => (a.shard_id < b.shard_id ? -1 : 1))).toEqual([
      start('start-1', 7),
      start('start-2', 6),
    ]);
    const samples = await storeOf().throughputSamples();
    expect(samples.filter(({ shard_id }) => shard_id.startsWith('start'))).toEqual([]);
  });

  it('The last throughput sample of each shard is kept', async () => {
    const sample = (shard_id: string, records: number) => ({
      shard_id,
      ended_at: at(records),
      records,
      duration_ms: 150,
      iterator_age_ms: 20,
    });
    await storeOf().putThroughputSample(sample('shard-1', 5));
    await storeOf().putThroughputSample(sample('shard-2', 6));
    await storeOf().putThroughputSample(sample('shard-1', 7));
    const samples = await storeOf().throughputSamples();
    expect(samples.sort((a, b) => (a.shard_id < b.shard_id ? -1 : 1))).toEqual([
      sample('shard-1', 7),
      sample('shard-2', 6),
    ]);
  });
}
