import { expect, it } from 'vitest';
import { countRecords } from '../../../../ingest/submission/count-records.ts';
import { readInput } from '../../../../ingest/submission/input.ts';
import { createLease } from '../../../../ingest/submission/lease.ts';
import { type Job, MAX_JOB_RECORDS } from '../../../../schemas/index.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { NO_LIMITS } from '../../../fakes/pace.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';
import { createJob, createWorld } from './submit-world.ts';

const LINE = '{"text":"a"}\n';

/**
 * Counts the input of a PENDING job, which has `lines` lines. The clock advances by `line_ms` with
 * each line that is read.
 */
async function count(
  lines: number,
  fields: Partial<Job> = {},
  {
    line_ms = 0,
    remaining_ms = () => 600_000,
  }: { line_ms?: number; remaining_ms?: () => number } = {},
) {
  let clock = JOBS_NOW;
  const input = {
    kind: 'upload' as const,
    format: 'jsonl' as const,
    key: 'k',
    etag: 'e',
    bytes: 1,
  };
  const lease = { owner: 'me', until: new Date(JOBS_NOW).toISOString() };
  const job = aJob({ job_id: 'job_1', input, lease, ...fields });
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  await store.create(job);
  const saved: [string, number][] = [];
  const read_from: number[] = [];
  const counted = countRecords(
    {
      store: {
        ...store,
        advance: (...args) => {
          saved.push([args[2], args[3].records]);
          return store.advance(...args);
        },
      },
      admit: NO_LIMITS.admit,
      unitsOf: NO_LIMITS.unitsOf,
      inputs: {
        async *read(_key: string, { from }: { from: number }) {
          read_from.push(from);
          for (let i = 0; i < lines; i += 1) {
            clock += line_ms;
            yield Buffer.from(LINE);
          }
        },
      } as never,
      now: () => clock,
    },
    job,
    createLease('me', () => clock, remaining_ms),
    remaining_ms,
  );
  return { counted, store, saved, read_from, clock: () => clock };
}

it('a job whose records are counted is PROCESSING, has its total, and is checked by the sweeper when the lease ends', async () => {
  const { counted, store } = await count(3, { due_at: new Date(JOBS_NOW).toISOString() });
  expect(await counted).toEqual(await store.get('job_1'));
  expect(await store.get('job_1')).toMatchObject({
    ...{ status: 'PROCESSING', total: 3 },
    started_at: new Date(JOBS_NOW).toISOString(),
    due_at: new Date(JOBS_NOW + 600_000 + 180_000).toISOString(),
  });
});

it('a job has at most 50,000,000 records, and one more is TOO_MANY_RECORDS', async () => {
  expect(MAX_JOB_RECORDS).toBe(50_000_000);
  const from = { counted: { records: MAX_JOB_RECORDS - 1, bytes: 0 } };
  expect(await (await count(1, from)).counted).toMatchObject({ total: MAX_JOB_RECORDS });
  await expect((await count(2, from)).counted).rejects.toMatchObject({
    ...{ name: 'UnusableInputError', code: 'TOO_MANY_RECORDS' },
    message: 'A job has at most 50000000 records; split the file',
  });
});

it('a count goes on from where the last invocation stopped', async () => {
  const { counted, read_from } = await count(2, { counted: { records: 7, bytes: 91 } });
  expect(await counted).toMatchObject({ total: 9 });
  // The start of the file shows its format again.
  expect(read_from).toEqual([0, 0, 91]);
});

it('a count saves its position every five seconds, and not with each record', async () => {
  const { counted, saved } = await count(25, {}, { line_ms: 1_000 });
  expect(await counted).toMatchObject({ total: 25 });
  expect(saved.map(([field]) => field)).toEqual(saved.map(() => 'counted'));
  const positions = saved.map(([, records]) => records);
  expect(positions.length).toBeGreaterThanOrEqual(4);
  expect(positions.length).toBeLessThanOrEqual(5);
});

it('a count that runs out of time saves its position, and asks for more', async () => {
  const { counted, saved, store } = await count(9, {}, { remaining_ms: () => 20_000 });
  expect(await counted).toBe('more');
  expect(saved).toEqual([['counted', 1]]);
  expect(await store.get('job_1')).toMatchObject({ status: 'PENDING', counted: { records: 1 } });
});

it('a count of a job that was cancelled meanwhile stops', async () => {
  const world = await count(9, { status: 'CANCELLED' }, { remaining_ms: () => 20_000 });
  expect(await world.counted).toBe('ignored');
  expect(await (await count(9, { status: 'CANCELLED' })).counted).toBe('ignored');
});

it.each([
  ['goes on if its own first attempt moved the job', 'me', 'PROCESSING'],
  ['stops if another invocation has taken the lease', 'another', undefined],
])('a count that finds the job in PROCESSING at its end %s', async (_, owner, expected) => {
  const job = aJob({
    ...{ job_id: 'job_1', status: 'PENDING' },
    input: { kind: 'upload', format: 'jsonl', key: 'k', etag: 'e', bytes: 1 },
    lease: { owner, until: new Date(JOBS_NOW).toISOString() },
  });
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  await store.create(job);
  const first = await store.transition('job_1', 'PROCESSING', { total: 1 });
  const inputs = {
    async *read() {
      yield Buffer.from(LINE);
    },
  } as never;
  const now = () => JOBS_NOW;
  const remaining_ms = () => 600_000;
  const lease = createLease('me', now, remaining_ms);
  const deps = { store, inputs, admit: NO_LIMITS.admit, unitsOf: NO_LIMITS.unitsOf, now };
  const counted = await countRecords(deps, job, lease, remaining_ms);
  expect(counted).toEqual(expected === undefined ? 'ignored' : first);
});

it('a count whose lease another invocation has taken stops at its next checkpoint', async () => {
  const lease = { owner: 'another', until: new Date(JOBS_NOW).toISOString() };
  const { counted, saved, store } = await count(25, { lease }, { line_ms: 1_000 });
  expect(await counted).toBe('ignored');
  expect(saved).toHaveLength(1);
  expect(await store.get('job_1')).toMatchObject({ status: 'PENDING', lease });
});

it('a job that is PROCESSING already is not counted again', async () => {
  const { counted, read_from } = await count(9, { status: 'PROCESSING', total: 5 });
  expect(await counted).toMatchObject({ total: 5 });
  expect(read_from).toEqual([]);
});

it('the input of a job that has not arrived cannot be read', async () => {
  const entries = readInput({} as never, aJob({ job_id: 'job_1' }), { records: 0, bytes: 0 });
  await expect(entries[Symbol.asyncIterator]().next()).rejects.toThrow('has arrived');
});

it('a job that is not admitted fails with the code and the figures, before its first record is published', async () => {
  const figures = {
    records: 2,
    estimated_hours: 30,
    deadline_at: new Date(JOBS_NOW).toISOString(),
  };
  const seen: number[] = [];
  const world = createWorld(`${LINE}\n${LINE}\n`, undefined, {
    admit: async (_, records) => {
      seen.push(records);
      return { code: 'DEADLINE_UNREACHABLE', message: 'Too long', figures };
    },
  });
  await createJob(world.store);
  expect(await world.invoke('j', () => 600_000)).toBe('failed');
  expect(seen).toEqual([2]);
  expect(world.published).toEqual([]);
  expect(await world.store.get('j')).toMatchObject({
    status: 'FAILED',
    error: { code: 'DEADLINE_UNREACHABLE', message: 'Too long', figures },
  });
});

it('the billed units of a job are counted over all invocations, and no other fields of a row cost units', async () => {
  const rows = [
    { text: 'short', attributes: { note: 'x'.repeat(900) } },
    { text: 'x'.repeat(250) },
    { text: 'x'.repeat(450) },
    { text: '   ' },
    { wrong: 'no text' },
  ];
  const input = `${rows.map((row) => JSON.stringify(row)).join('\n')}\nnot JSON\n`;
  const admitted: (number | undefined)[] = [];
  const world = createWorld(input, undefined, {
    unitsOf: (tenant) =>
      tenant === 'acme' ? (text) => Math.max(3, Math.ceil(text.length / 100)) : undefined,
    admit: async (_, __, units) => {
      admitted.push(units);
      return undefined;
    },
  });
  await createJob(world.store);
  await world.invoke('j', () => 600_000);
  expect(admitted).toEqual([3 + 3 + 5]);
  expect(await world.store.get('j')).toMatchObject({ total: 6, units: 11 });
});
