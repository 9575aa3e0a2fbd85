import { expect, it } from 'vitest';
import { measureBulkLoad } from '../../../jobs/bulk-load.ts';
import type { BatchStart, ThroughputSample } from '../../../jobs/ports.ts';
import { JOBS_NOW } from '../../support/jobs.ts';

const ago = (seconds: number) => new Date(JOBS_NOW - seconds * 1_000).toISOString();
const createSample = (
  seconds: number,
  fields: Partial<ThroughputSample> = {},
): ThroughputSample => ({
  shard_id: 'shard-1',
  ended_at: ago(seconds),
  records: 100,
  duration_ms: 1_000,
  iterator_age_ms: 0,
  ...fields,
});
const createStart = (seconds: number, oldest: number, shard_id = 'shard-1'): BatchStart => ({
  shard_id,
  started_at: ago(seconds),
  oldest_at: ago(oldest),
});
const measure = (samples: ThroughputSample[], starts: BatchStart[] = []) =>
  measureBulkLoad(JOBS_NOW, { samples, starts });

it('a bulk stream without reports has no lag and no throughput', () => {
  expect(measure([])).toEqual({
    ...{ lag_ms: 0, records_per_second: undefined, batch_ms: 0, reported_at: 0 },
    is_saturated: false,
  });
});

it('while a batch is in progress, the lag is the age of its first record', () => {
  expect(measure([createSample(60)], [createStart(30, 45)]).lag_ms).toBe(45_000);
});

it('after a batch, the lag is the age of its last record, as long as the next batch may follow', () => {
  const age = { iterator_age_ms: 20_000 };
  expect(measure([createSample(4, age)], [createStart(30, 45)]).lag_ms).toBe(24_000);
  expect(measure([createSample(11, age)], [createStart(30, 45)]).lag_ms).toBe(0);
});

it('the lag of the stream is that of its slowest shard', () => {
  const samples = [
    createSample(2),
    createSample(2, { shard_id: 'shard-2', iterator_age_ms: 7_000 }),
  ];
  expect(measure(samples, [createStart(1, 8, 'shard-3')]).lag_ms).toBe(9_000);
});

it('a batch whose end was never reported counts for 15 minutes, the longest time of an invocation', () => {
  expect(measure([], [createStart(900, 1_000)]).lag_ms).toBe(1_000_000);
  expect(measure([], [createStart(901, 1_000)]).lag_ms).toBe(0);
});

it('the throughput is the sum over the shards, of batches of the last 15 minutes with at least 25 records', () => {
  const second = { shard_id: 'shard-2', records: 300 };
  expect(measure([createSample(899), createSample(10, second)]).records_per_second).toBe(400);
  expect(measure([createSample(901), createSample(10, second)]).records_per_second).toBe(300);
  expect(measure([createSample(1, { records: 24 })]).records_per_second).toBeUndefined();
  expect(measure([createSample(1, { records: 25 })]).records_per_second).toBe(25);
});

it('the consumers are saturated if each of the last batches was large', () => {
  const large = { records: 500 };
  expect(
    measure([createSample(1, large), createSample(2, { ...large, shard_id: 'b' })]).is_saturated,
  ).toBe(true);
  expect(
    measure([createSample(1, large), createSample(2, { records: 499, shard_id: 'b' })])
      .is_saturated,
  ).toBe(false);
});

it('the newest report of all shards and the longest recent batch are known', () => {
  const samples = [
    createSample(30, { duration_ms: 4_000 }),
    createSample(1_000, { shard_id: 'b', duration_ms: 9_000 }),
  ];
  const load = measure(samples, [createStart(12, 13, 'c')]);
  expect(load).toMatchObject({ reported_at: JOBS_NOW - 12_000, batch_ms: 4_000 });
});
