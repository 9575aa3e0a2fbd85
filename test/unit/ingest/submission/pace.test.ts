import { expect, it } from 'vitest';
import { createPace, type Pace, publishRate } from '../../../../ingest/submission/pace.ts';
import type { BulkLoad } from '../../../../jobs/bulk-load.ts';

const IDLE: BulkLoad = {
  ...{ lag_ms: 0, records_per_second: undefined, batch_ms: 0, reported_at: 0 },
  is_saturated: false,
};

it.each([
  ['twice the throughput while nothing waits', { lag_ms: 0 }, 800],
  ['the throughput at a lag of a minute', { lag_ms: 60_000 }, 400],
  ['nothing at a lag of two minutes', { lag_ms: 120_000 }, 0],
  ['nothing at a longer lag', { lag_ms: 999_000 }, 0],
  [
    'by the length of three batches if they are longer than a minute',
    { lag_ms: 120_000, batch_ms: 40_000 },
    400,
  ],
])('a submission publishes %s', (_, load, rate) => {
  expect(publishRate({ ...IDLE, records_per_second: 400, ...load }, 250)).toBe(rate);
});

it('a submission assumes the throughput of the quota while none is measured', () => {
  expect(publishRate(IDLE, 250)).toBe(500);
});

/** Creates a pace on a virtual clock, with a load that the test changes. */
function createWorld(load: Partial<BulkLoad> = {}) {
  const world = { at: 1_000_000, load: { ...IDLE, ...load } };
  const pace = createPace({
    readLoad: async () => world.load,
    documents_per_second: 250,
    now: () => world.at,
    sleep: async (ms) => {
      world.at += ms;
    },
  });
  return { world, pace };
}

/** Publishes 1,000 records when there is room. Returns false if the time is up before. */
async function publishWith(pace: Pace, isTimeUp: () => boolean): Promise<boolean> {
  const has_room = await pace.waitForRoom(isTimeUp);
  if (has_room) pace.takeRoom(1_000);
  return has_room;
}

it('a submission publishes its first records at once, and the next when the rate allows it', async () => {
  const { world, pace } = createWorld({ records_per_second: 500, lag_ms: 60_000 });
  for (let i = 0; i < 61; i += 1) expect(await publishWith(pace, () => false)).toBe(true);
  const seconds = (world.at - 1_000_000) / 1_000;
  expect(61_000 / seconds).toBeGreaterThan(490);
  expect(61_000 / seconds).toBeLessThan(530);
});

it('a submission that finds the stream too late waits, and says so when its time is up', async () => {
  const { world, pace } = createWorld({ lag_ms: 500_000 });
  const isTimeUp = () => world.at > 1_060_000;
  expect(await publishWith(pace, isTimeUp)).toBe(false);
  expect(world.at).toBeGreaterThan(1_060_000);
  world.load.lag_ms = 0;
  expect(await publishWith(pace, isTimeUp)).toBe(true);
});

it('a submission stops if no consumer has begun a batch for half a minute, and goes on after a report', async () => {
  const { world, pace } = createWorld({ reported_at: 999_000 });
  const isTimeUp = () => world.at > 1_300_000;
  let published = 0;
  while (await publishWith(pace, isTimeUp)) published += 1_000;
  expect(published).toBeLessThan(20_000);
  world.load.reported_at = world.at;
  expect(await publishWith(pace, isTimeUp)).toBe(true);
});

it('a submission does not stop while a long batch is in progress', async () => {
  const { world, pace } = createWorld({ reported_at: 999_000, lag_ms: 50_000 });
  const isTimeUp = () => world.at > 1_100_000;
  let published = 0;
  while (await publishWith(pace, isTimeUp)) published += 1_000;
  expect(published).toBeGreaterThan(25_000);
});

it('rows of which none is published take no room, and no report of a consumer is awaited for them', async () => {
  const { world, pace } = createWorld({ records_per_second: 8 });
  expect(await pace.hasRoom()).toBe(true);
  pace.takeRoom(0);
  expect(await pace.hasRoom()).toBe(true);
  world.at += 60_000;
  expect(await pace.hasRoom()).toBe(true);
  pace.takeRoom(1_000);
  expect(await pace.hasRoom()).toBe(false);
});
