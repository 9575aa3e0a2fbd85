import { expect, it } from 'vitest';
import { publishRecords } from '../../../../ingest/submission/publish-records.ts';
import { type Job, ServiceError } from '../../../../schemas/index.ts';
import { aJob } from '../../../support/jobs.ts';
import { createWorld, KEY } from './submit-world.ts';

const AN_HOUR = () => 3_600_000;
const linesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ text: `Text ${i}` }));

/** Creates a job in PROCESSING whose input has the given lines. */
async function startJob(lines: string[], overrides: Parameters<typeof createWorld>[2] = {}) {
  const world = createWorld(lines.join('\n'), undefined, overrides);
  const job = aJob({
    job_id: 'j',
    status: 'PROCESSING',
    total: lines.length,
    input: { kind: 'upload', format: 'jsonl', key: KEY, ...(await world.inputs.head(KEY)) },
  });
  await world.store.create(job);
  const publish = (remaining_ms = AN_HOUR, from: Job = job) =>
    publishRecords(world.deps, from, remaining_ms);
  return { ...world, job, publish };
}

it('a job whose records are all published is due at its deadline, and its checkpoint is at the end', async () => {
  const lines = linesOf(3);
  const { store, job, publish, published } = await startJob(lines);
  expect(await publish()).toBe('done');
  expect(published).toEqual(['j:0', 'j:1', 'j:2']);
  expect(await store.get('j')).toMatchObject({
    due_at: job.deadline_at,
    submitted: { records: 3, bytes: lines.join('\n').length },
  });
});

it('a submission keeps a checkpoint after each 1,000 records and continues from it', async () => {
  const { store, publish, published } = await startJob(linesOf(2_001));
  expect(await publish(() => 20_000)).toBe('more');
  expect(published).toHaveLength(1_000);
  const continued = (await store.get('j'))!;
  expect(continued.submitted?.records).toBe(1_000);
  expect(await publish(AN_HOUR, continued)).toBe('done');
  expect(published).toHaveLength(2_001);
  expect(new Set(published).size).toBe(2_001);
});

it('a submission with exactly 1,000 records publishes them once', async () => {
  const { store, publish, published } = await startJob(linesOf(1_000));
  expect(await publish()).toBe('done');
  expect(published).toHaveLength(1_000);
  expect((await store.get('j'))?.submitted?.records).toBe(1_000);
});

it('a submission stops after the records in hand when its job is cancelled meanwhile', async () => {
  const { store, publish, published } = await startJob(linesOf(2_001));
  await store.transition('j', 'CANCELLED', {});
  expect(await publish()).toBe('ignored');
  expect(published).toHaveLength(1_000);
  expect(await store.get('j')).not.toHaveProperty('submitted');
});

it('a row that is no record is set aside in the count of its job, and is not published', async () => {
  const { store, job, publish, published } = await startJob(['{"text":"a"}', 'no JSON']);
  await publish();
  expect(published).toEqual(['j:0']);
  expect(await store.pages(job)).toMatchObject([{ done: { set_aside: new Set([1]) } }]);
});

it('a submission that cannot publish a record stops with the error code of the stream, before its checkpoint', async () => {
  const stream = {
    putRecords: async () => {
      throw new ServiceError('kinesis', 'AccessDenied', { retryable: false });
    },
  };
  const { store, publish } = await startJob(linesOf(1), { stream });
  await expect(publish()).rejects.toMatchObject({
    name: 'SubmissionInterruptedError',
    message: 'AccessDenied',
  });
  expect(await store.get('j')).not.toHaveProperty('submitted');
});

it('a submission that cannot count a row as set aside stops before its checkpoint', async () => {
  const world = await startJob(['{"text":"a"}', 'no JSON']);
  const mark = async () => {
    throw new ServiceError('dynamodb', 'Throttled', { retryable: true });
  };
  const deps = { ...world.deps, store: { ...world.store, mark } };
  await expect(publishRecords(deps, world.job, AN_HOUR)).rejects.toMatchObject({
    name: 'SubmissionInterruptedError',
    message: 'Throttled',
  });
  expect(await world.store.get('j')).not.toHaveProperty('submitted');
});
