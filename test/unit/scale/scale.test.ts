import { expect, it } from 'vitest';
import { VirtualClock } from '../../scale/clock.ts';
import { ITEM_WRITES_PER_SECOND } from '../../scale/quota-table.ts';
import {
  buildBesideBulk,
  buildBesideSync,
  buildHalved,
  buildOverloaded,
  buildSufficient,
  buildWithoutBulk,
} from '../../scale/scenarios.ts';
import { TokenBucket } from '../../scale/token-bucket.ts';
import { simulateScale } from '../../scale/world.ts';

const SIZE = { shards: 20, seconds: 120 };

it('the consumers of 20 shards use 95 % of a quota that is too small, without a refusal and evenly', async () => {
  const figures = await simulateScale(buildOverloaded(SIZE));
  expect(figures.quota_used).toBeGreaterThan(0.95);
  expect(figures.refused).toBeLessThan(0.01);
  expect(figures.out_of_quota).toBeLessThan(0.01);
  expect(figures.slowest_to_mean_lag).toBeLessThan(2);
  expect(figures.item_writes_per_second_max).toBeLessThan(ITEM_WRITES_PER_SECOND);
});

it('the consumers of 20 shards keep up under the quota that a plan recommends', async () => {
  const figures = await simulateScale(buildSufficient(SIZE));
  expect(figures.refused).toBeLessThan(0.01);
  expect(figures.mean_lag_seconds).toBeLessThan(10);
  expect(figures.slowest_to_mean_lag).toBeLessThan(2);
});

it('the consumers of 20 shards use 95 % of a quota that is halved in mid-run, with less than 1 % refusals', async () => {
  // The shared rate needs part of the run to find the new quota.
  const figures = await simulateScale(buildHalved({ ...SIZE, seconds: 240 }));
  expect(figures.quota_used).toBeGreaterThan(0.95);
  expect(figures.refused).toBeLessThan(0.01);
});

it('live consumers keep up beside bulk consumers that use the rest of the quota', async () => {
  const size = { shards: 4, seconds: 120 };
  const [alone, beside] = [
    await simulateScale(buildWithoutBulk(size)),
    await simulateScale(buildBesideBulk(size)),
  ];
  expect(beside.quota_used).toBeGreaterThan(0.95);
  expect(beside.refused).toBeLessThan(0.01);
  expect(beside.bulk_share).toBeGreaterThan(0.4);
  expect(beside.mean_lag_seconds).toBeLessThan(2 * alone.mean_lag_seconds);
});

it('beside a stream at full load, 10 misses a second of the synchronous API are answered, no call is throttled, and both quotas are used up to 98 %', async () => {
  const size = { shards: 4, seconds: 150 };
  const { quota_used, refused, sync } = await simulateScale(buildBesideSync(size, 10));
  expect(quota_used).toBeGreaterThan(0.975);
  expect(sync!.answered).toBeGreaterThan(0.99);
  expect(sync!.p99_ms).toBeLessThan(1_000);
  const overload = await simulateScale(buildBesideSync(size, 40));
  expect(overload.quota_used).toBeGreaterThan(0.975);
  expect(overload.sync!.quota_used).toBeGreaterThan(0.975);
  for (const figure of [refused, sync!.refused, overload.refused, overload.sync!.refused]) {
    expect(figure).toBe(0);
  }
});

it('a run repeats exactly with the same seed, and differs with another', async () => {
  const scenario = buildOverloaded({ shards: 3, seconds: 60 });
  const figures = await simulateScale(scenario, 7);
  expect(await simulateScale(scenario, 7)).toEqual(figures);
  expect(await simulateScale(scenario, 8)).not.toEqual(figures);
});

it('the virtual clock runs what is due in the order of time, also what is added meanwhile', async () => {
  const clock = new VirtualClock(0);
  const order: string[] = [];
  const note = async (name: string, ms: number) => {
    await clock.sleep(ms);
    order.push(`${name} ${clock.now()}`);
  };
  void note('late', 20).then(() => note('later', 5));
  void note('soon', 1.2).then(() => note('at once', 0));
  await clock.runUntil(30);
  expect(order).toEqual(['soon 2', 'at once 2', 'late 20', 'later 25']);
});

it('a token bucket starts empty, fills at its rate, and holds its burst at most', () => {
  const bucket = new TokenBucket((now) => (now < 10_000 ? 10 : 5), 1, 0);
  expect(bucket.take(99)).toBe(false);
  expect(bucket.take(100)).toBe(true);
  expect(bucket.take(5_000, 11)).toBe(false);
  expect(bucket.take(5_000, 10)).toBe(true);
  expect(bucket.take(10_199)).toBe(true);
});
