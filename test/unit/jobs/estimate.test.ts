import { expect, it } from 'vitest';
import { estimateCompletion } from '../../../jobs/estimate.ts';
import type { ThroughputSample } from '../../../jobs/ports.ts';
import { JOBS_NOW } from '../../support/jobs.ts';

const sample = (seconds_ago: number, fields: Partial<ThroughputSample> = {}): ThroughputSample => ({
  shard_id: 'shard-1',
  ended_at: new Date(JOBS_NOW - seconds_ago * 1_000).toISOString(),
  records: 100,
  duration_ms: 1_000,
  iterator_age_ms: 0,
  ...fields,
});

/** Estimates how many seconds pass until a job with the given number of records is final. */
function seconds(records: number, samples: ThroughputSample[]): number {
  const at = estimateCompletion({ now: JOBS_NOW, records, samples, documents_per_second: 250 });
  return (Date.parse(at) - JOBS_NOW) / 1_000;
}

it('The estimate assumes 25 documents per call of the quota while there is no measurement', () => {
  expect(seconds(10_000, [])).toBe(40);
});

it('The estimate uses the measured throughput of all shards together', () => {
  const samples = [sample(10), sample(20, { shard_id: 'shard-2', records: 300 })];
  expect(seconds(10_000, samples)).toBe(25);
});

it('The estimate adds the wait of older records on the stream, if the sample is fresh', () => {
  const old = { iterator_age_ms: 30_000 };
  expect(seconds(1_000, [sample(10, old), sample(5, { ...old, iterator_age_ms: 9_000 })])).toBe(35);
  expect(seconds(1_000, [sample(180, old)])).toBe(10);
});

it('The estimate ignores samples that are older than 15 minutes, or smaller than a full call', () => {
  expect(seconds(10_000, [sample(901)])).toBe(40);
  expect(seconds(10_000, [sample(10, { records: 1 })])).toBe(40);
});

it('The estimate is never before the end of the batching window', () => {
  expect(seconds(0, [])).toBe(2);
  expect(seconds(1, [sample(1, { duration_ms: 0 })])).toBe(2);
});

it('The estimate takes a wait of at most 2 minutes ago, and a throughput of at most 15 minutes ago', () => {
  const waiting = { iterator_age_ms: 30_000, records: 1 };
  expect(seconds(10_000, [sample(120, waiting)])).toBe(70);
  expect(seconds(10_000, [sample(120.001, waiting)])).toBe(40);
  expect(seconds(10_000, [sample(900)])).toBe(100);
  expect(seconds(10_000, [sample(900.001)])).toBe(40);
});

it('The estimate measures the throughput on batches of at least 25 records', () => {
  expect(seconds(10_000, [sample(10, { records: 25 })])).toBe(400);
  expect(seconds(10_000, [sample(10, { records: 24 })])).toBe(40);
});

it('The estimate is a time in whole milliseconds, and never before the end of the work', () => {
  expect(seconds(1_001, [sample(10, { records: 300 })])).toBe(3.337);
});
