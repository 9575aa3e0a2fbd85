import { expect, it } from 'vitest';
import { createQuotaWorld } from '../../support/quota-world.ts';

// quota-priority.test.ts has the same promises as properties, which need a hundred times as long.

it.each([9.8, 40])(
  'at %s calls per second, busy bulk processes take a tenth beside busy live processes, and never more than the quota',
  async (rate) => {
    const world = createQuotaWorld(rate);
    for (let i = 0; i < 4; i += 1) world.startBusy('live', 6);
    for (let i = 0; i < 4; i += 1) world.startBusy('bulk', 6);
    await world.run(20);
    expect(world.shareOf('bulk', 20)).toBeGreaterThan(0.095);
    expect(world.shareOf('bulk', 20)).toBeLessThan(0.15);
    expect(world.shareOf('live', 20)).toBeGreaterThan(0.85);
    expect(world.leastTokens()).toBeGreaterThanOrEqual(0);
  },
);

it('bulk processes alone use the quota, and no more', async () => {
  const world = createQuotaWorld(40);
  for (let i = 0; i < 4; i += 1) world.startBusy('bulk', 50);
  await world.run(10);
  expect(world.shareOf('bulk', 10)).toBeGreaterThan(0.95);
  expect(world.leastTokens()).toBeGreaterThanOrEqual(0);
});

it('a live call waits at most 200 ms and three calls to DynamoDB for bulk, and bulk uses the rest', async () => {
  const world = createQuotaWorld(40);
  world.startSparse('live', 300);
  for (let i = 0; i < 4; i += 1) world.startBusy('bulk', 6);
  await world.run(20);
  expect(world.longestWaitMs('live')).toBeLessThanOrEqual(200 + 3 * 16);
  expect(world.shareOf('live', 20) + world.shareOf('bulk', 20)).toBeGreaterThan(0.95);
  // Each lot takes one write to plan and one to take it, and some attempts are in vain.
  expect(world.table.counts.writes / 20).toBeLessThan(60);
});

it('bulk processes that begin to wait after live calls leave these their slots', async () => {
  const world = createQuotaWorld(40);
  for (let i = 0; i < 4; i += 1) world.startBusy('live', 6);
  await world.run(3);
  const before = world.taken.length;
  world.startBusy('bulk', 6);
  await world.run(13);
  expect(world.taken.slice(before).some(({ traffic }) => traffic === 'bulk')).toBe(true);
  expect(world.leastTokens()).toBeGreaterThanOrEqual(0);
});
