import { expect, it } from 'vitest';
import { MAX_HOPS } from '../../../../ingest/submission/submit.ts';
import { JOBS_NOW } from '../../../support/jobs.ts';
import { createJob, createWorld } from './submit-world.ts';

const MINUTE = 60_000;
const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ text: `Text ${i}` })).join('\n');
const ask = (owner: string, from?: string, hops = 0) => ({ job_id: 'j', owner, from, hops });

/** Creates a job whose submission has been handed over by the invocation `first`. */
async function createHandedOver(records: number) {
  const world = createWorld(lines(records));
  await createJob(world.store);
  expect(await world.submit(ask('first'), () => 15_000)).toBe('more');
  expect(await world.submit(ask('second', 'first'), () => 15_000)).toBe('more');
  return world;
}

it('An invocation takes the lease for its own time and three minutes in the queue, and gives it back at the end', async () => {
  const { store, submit } = createWorld(lines(2_500));
  await createJob(store);
  const remaining = [110_000, 100_000, 90_000, 80_000, 20_000];
  expect(await submit(ask('me'), () => remaining.shift() ?? 20_000)).toBe('more');
  const until = new Date(JOBS_NOW + 20_000 + 3 * MINUTE).toISOString();
  expect(await store.get('j')).toMatchObject({ lease: { owner: 'me', until }, due_at: until });
  expect(await submit(ask('next', 'me'), () => 3_600_000)).toBe('done');
  const job = (await store.get('j'))!;
  expect(job).not.toHaveProperty('lease');
  expect(job.due_at).toBe(job.deadline_at);
});

it('A message whose owner no longer has the lease reads and publishes nothing', async () => {
  const { store, submit, published, inputs } = await createHandedOver(2_500);
  const before = await store.get('j');
  const count = published.length;
  inputs.read = () => expect.fail('The input must not be read');
  for (const from of ['first', undefined, 'a stranger']) {
    expect(await submit(ask('late', from), () => 100_000)).toBe('ignored');
  }
  expect(published).toHaveLength(count);
  expect(await store.get('j')).toEqual(before);
});

it('A submission whose lease has ended is taken over, and the owner before it stops at its next checkpoint', async () => {
  const takeOver = { now: async () => {} };
  const world = createWorld(lines(3_500), undefined, {});
  await createJob(world.store);
  const { putRecords } = world.deps.stream;
  world.deps.stream.putRecords = async (entries) => {
    const outcomes = await putRecords(entries);
    await takeOver.now();
    return outcomes;
  };
  let taken: string | undefined;
  takeOver.now = async () => {
    takeOver.now = async () => {};
    world.clock.at += 4 * MINUTE;
    taken = await world.submit(ask('sweeper'), () => 100_000);
  };
  expect(await world.submit(ask('stalled'), () => 60_000)).toBe('ignored');
  expect(taken).toBe('done');
  const distinct = new Set(world.published).size;
  expect([distinct, world.published.length - distinct]).toEqual([3_500, 1_000]);
});

it('A submission starts no chunk that would take longer than the invocation has left', async () => {
  const world = createWorld(lines(3_500));
  await createJob(world.store);
  const { putRecords } = world.deps.stream;
  world.deps.stream.putRecords = async (entries) => {
    const outcomes = await putRecords(entries);
    world.clock.at += 20_000;
    return outcomes;
  };
  const ends_at = world.clock.at + 120_000;
  // A chunk has two requests to the stream. After two chunks, 40 s are left.
  expect(await world.submit(ask('me'), () => ends_at - world.clock.at)).toBe('more');
  expect(world.published).toHaveLength(2_000);
});

it('A submission that was handed over 1,000 times makes its job FAILED with SUBMISSION_STOPPED', async () => {
  expect(MAX_HOPS).toBe(1_000);
  const world = await createHandedOver(5_500);
  expect(await world.submit(ask('last', 'second', MAX_HOPS), () => 15_000)).toBe('more');
  const count = world.published.length;
  expect(await world.submit(ask('over', 'last', MAX_HOPS + 1), () => 15_000)).toBe('stopped');
  expect(world.published).toHaveLength(count);
  expect(await world.store.get('j')).toMatchObject({
    status: 'FAILED',
    error: {
      code: 'SUBMISSION_STOPPED',
      message: 'The records were not on the stream after 1000 invocations; split the file',
    },
  });
});

it('A job that was cancelled is not stopped', async () => {
  const world = await createHandedOver(2_500);
  const { takeLease } = world.deps.store;
  world.deps.store.takeLease = async (...args) => {
    const job = await takeLease(...args);
    await world.store.transition('j', 'CANCELLED', {});
    return job;
  };
  expect(await world.submit(ask('over', 'second', MAX_HOPS + 1), () => 15_000)).toBe('ignored');
  expect(await world.store.get('j')).toMatchObject({ status: 'CANCELLED' });
});
