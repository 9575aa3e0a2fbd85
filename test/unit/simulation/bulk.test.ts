import { expect, it } from 'vitest';
import { simulateBulk } from '../../simulation/bulk/simulate.ts';

const WORLD = { live_records_per_second: 50, quota: 9.8, distinct_share: 1 };

it('beside a job of 200,000 records, live records take at most 1.5 times as long, and the bulk stream holds minutes of work', async () => {
  const alone = await simulateBulk({
    ...WORLD,
    seed: 1,
    jobs: [],
    max_hours: 1,
    least_seconds: 600,
  });
  const beside = await simulateBulk({
    ...WORLD,
    seed: 1,
    jobs: [200_000],
    max_hours: 1,
    least_seconds: 0,
  });
  expect(beside.live.p99_ms).toBeLessThanOrEqual(1.5 * alone.live.p99_ms);
  expect(beside.bulk).toMatchObject({ published: 200_000, done: 200_000, given_up: 0 });
  expect(beside.live.given_up).toBe(0);
  expect(beside.bulk.longest_lag_s).toBeLessThan(300);
  expect(beside.quota_used).toBeGreaterThan(0.95);
  expect(beside.throttled).toBeLessThan(0.01);
});
