import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createQuotaWorld } from '../../support/quota-world.ts';

const rates = fc.constantFrom(5, 9.8, 40, 300);
const processes = fc.constantFrom(1, 4, 25);

it('live and bulk processes together never take more than the quota, whatever they do at the same time', async () => {
  const property = fc.asyncProperty(
    rates,
    processes,
    processes,
    fc.integer(),
    async (rate, live, bulk, seed) => {
      const world = createQuotaWorld(rate, seed);
      for (let i = 0; i < live; i += 1) world.startSparse('live', 1_000);
      for (let i = 0; i < bulk; i += 1) world.startBusy('bulk', 6);
      await world.run(10);
      // Comprehend's token bucket never runs empty.
      expect(world.leastTokens()).toBeGreaterThanOrEqual(0);
    },
  );
  await fc.assert(property, { numRuns: 15 });
});

it('a live call waits at most 200 ms for bulk calls, however many bulk processes there are', async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(7.5, 9.8, 40, 300),
    processes,
    fc.integer(),
    async (rate, bulk, seed) => {
      const world = createQuotaWorld(rate, seed);
      world.startSparse('live', 800);
      for (let i = 0; i < bulk; i += 1) world.startBusy('bulk', 6);
      await world.run(20);
      const waits = world.taken
        .filter(({ traffic }) => traffic === 'live')
        .map(({ slots, asked_at }) => slots.starts_at - asked_at);
      expect(waits.length).toBeGreaterThan(5);
      // The reservation itself takes up to three calls to DynamoDB.
      expect(Math.max(...waits)).toBeLessThanOrEqual(200 + 3 * 16);
    },
  );
  await fc.assert(property, { numRuns: 15 });
});

it('bulk gets a tenth of the quota while live calls want all of it, and live gets the rest', async () => {
  const property = fc.asyncProperty(
    rates,
    fc.constantFrom(4, 25),
    processes,
    async (rate, live, bulk) => {
      const world = createQuotaWorld(rate);
      for (let i = 0; i < live; i += 1) world.startBusy('live', Math.max(6, Math.ceil(rate / 10)));
      for (let i = 0; i < bulk; i += 1) world.startBusy('bulk', 6);
      await world.run(60);
      expect(world.shareOf('bulk', 60)).toBeGreaterThan(0.095);
      expect(world.shareOf('bulk', 60)).toBeLessThan(0.13);
      expect(world.shareOf('live', 60)).toBeGreaterThan(0.86);
    },
  );
  await fc.assert(property, { numRuns: 15 });
});

it('bulk uses what live calls leave over, so that nearly the whole quota is used', async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(9.8, 40, 300),
    processes,
    fc.constantFrom(0, 0.3, 0.7),
    async (rate, bulk, live_share) => {
      const world = createQuotaWorld(rate);
      if (live_share > 0) {
        for (let i = 0; i < 4; i += 1) world.startSparse('live', 4_000 / (rate * live_share));
      }
      for (let i = 0; i < bulk; i += 1) world.startBusy('bulk', 50);
      await world.run(60);
      expect(world.shareOf('live', 60) + world.shareOf('bulk', 60)).toBeGreaterThan(0.95);
    },
  );
  await fc.assert(property, { numRuns: 12 });
});

it('the ledger gets at most 500 writes a second, half of what one item of DynamoDB takes, at any rate and number of processes', async () => {
  for (const [rate, live, bulk] of [
    [9.8, 4, 200],
    [600, 100, 100],
    [5_000, 100, 200],
  ] as const) {
    const world = createQuotaWorld(rate);
    for (let i = 0; i < live; i += 1) {
      const lot = Math.max(6, Math.ceil(rate / 100));
      world.startSparse('live', (live * lot * 1_000) / (rate / 4), lot);
    }
    for (let i = 0; i < bulk; i += 1) world.startBusy('bulk', 50);
    await world.run(20);
    expect(world.table.counts.writes / 20, `at ${rate} calls a second`).toBeLessThan(500);
  }
});
