import { expect, it } from 'vitest';
import { countRecords } from '../../../../ingest/submission/count-records.ts';
import { type Job, MAX_JOB_RECORDS } from '../../../../schemas/index.ts';
import { createFakeInputs } from '../../../fakes/job-inputs.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';

const KEY = 'inputs/j.jsonl';
const AN_HOUR = () => 3_600_000;
const LINE = '{"text":"a"}';

/**
 * Creates a PENDING job whose input has this number of lines. Each read of the clock moves the
 * clock by `tick_ms`.
 */
async function createWorld({ lines = 1, tick_ms = 0, job: fields = {} as Partial<Job> } = {}) {
  const text = Array.from({ length: lines }, () => LINE).join('\n');
  const { inputs } = createFakeInputs(new Map([[KEY, Buffer.from(text)]]));
  const clock = { at: JOBS_NOW };
  const now = () => {
    clock.at += tick_ms;
    return clock.at;
  };
  const saved: number[] = [];
  const memory = createFakeJobStore({ now: () => clock.at });
  const store: typeof memory = {
    ...memory,
    advance: async (job_id, states, field, position) => {
      saved.push(position.records);
      return memory.advance(job_id, states, field, position);
    },
  };
  const head = await inputs.head(KEY);
  const job = aJob({
    job_id: 'j',
    input: { kind: 'upload', format: 'jsonl', key: KEY, ...head },
    ...fields,
  });
  await store.create(job);
  return { deps: { store, inputs, now }, job, saved };
}

it('a job whose records are counted moves to PROCESSING, and is due for the sweeper 10 minutes later', async () => {
  const { deps, job } = await createWorld({ lines: 3 });
  const counted = await countRecords(deps, job, AN_HOUR);
  expect(counted).toMatchObject({
    status: 'PROCESSING',
    total: 3,
    started_at: '2026-11-23T10:00:00.000Z',
    due_at: '2026-11-23T10:10:00.000Z',
  });
  expect(await deps.store.get('j')).toEqual(counted);
});

it('a job in PROCESSING is not counted again', async () => {
  const { deps, job } = await createWorld({ job: { status: 'PROCESSING', total: 7 } });
  const unreadable = { ...deps.inputs, read: () => expect.fail('The input must not be read') };
  expect(await countRecords({ ...deps, inputs: unreadable }, job, AN_HOUR)).toBe(job);
});

it('a job may have 50,000,000 records, and one more makes it FAILED with TOO_MANY_RECORDS', async () => {
  const bytes = LINE.length + 1;
  const counted = { records: MAX_JOB_RECORDS - 1, bytes };
  const most = await createWorld({ lines: 2, job: { counted } });
  expect(await countRecords(most.deps, most.job, AN_HOUR)).toMatchObject({ total: 50_000_000 });
  const more = await createWorld({ lines: 3, job: { counted } });
  await expect(countRecords(more.deps, more.job, AN_HOUR)).rejects.toMatchObject({
    code: 'TOO_MANY_RECORDS',
    message: 'A job has at most 50000000 records; split the file',
  });
  expect(await more.deps.store.get('j')).toMatchObject({ status: 'PENDING' });
});

it('counting keeps a checkpoint every 5 seconds, and not more often', async () => {
  const often = await createWorld({ lines: 20, tick_ms: 1_000 });
  await countRecords(often.deps, often.job, AN_HOUR);
  expect(often.saved).toEqual([5, 10, 15, 20]);
  const seldom = await createWorld({ lines: 20, tick_ms: 200 });
  await countRecords(seldom.deps, seldom.job, AN_HOUR);
  expect(seldom.saved).toEqual([]);
});

it('counting that runs out of time keeps a checkpoint, and the next invocation counts on from it', async () => {
  const { deps, job, saved } = await createWorld({ lines: 3 });
  expect(await countRecords(deps, job, () => 20_000)).toBe('more');
  expect(saved).toEqual([1]);
  const continued = (await deps.store.get('j'))!;
  expect(continued).toMatchObject({ status: 'PENDING', counted: { records: 1, bytes: 13 } });
  expect(await countRecords(deps, continued, () => 20_001)).toMatchObject({ total: 3 });
  expect(saved).toEqual([1]);
});

it('counting stops when the job is cancelled meanwhile', async () => {
  const { deps, job } = await createWorld({ lines: 3 });
  await deps.store.transition('j', 'CANCELLED', {});
  expect(await countRecords(deps, job, () => 0)).toBe('ignored');
  expect(await countRecords(deps, job, AN_HOUR)).toBe('ignored');
  expect(await deps.store.get('j')).toMatchObject({ status: 'CANCELLED' });
  expect(await deps.store.get('j')).not.toHaveProperty('total');
});

it('two invocations that count the same job both go on, with the total of the first', async () => {
  const { deps, job } = await createWorld({ lines: 3 });
  await deps.store.transition('j', 'PROCESSING', { total: 3, started_at: 'first' });
  expect(await countRecords(deps, job, AN_HOUR)).toMatchObject({ total: 3, started_at: 'first' });
});
