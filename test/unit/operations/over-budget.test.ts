import { expect, it } from 'vitest';
import { createPublisher } from '../../../ingest/index.ts';
import type { OverBudgetSetAsides } from '../../../operations/over-budget/ports.ts';
import {
  type OverBudgetReplayDeps,
  replayOverBudget,
} from '../../../operations/over-budget/replay.ts';
import { type RestoredMark, type SetAside, unpackRestored } from '../../../schemas/index.ts';
import { createFakeStream } from '../../fakes/record-stream.ts';

const KEY = 'a key of operators';
const DECEMBER = Date.UTC(2026, 11);
const MINUTE_MS = 60_000;

function overBudget(number: number, month = '2026-11'): SetAside {
  const record = { record_id: `r-${number}`, tenant: 'acme', source: 's', text: `text ${number}` };
  return {
    set_aside_id: `shardId-0:${number}`,
    reason: 'over_budget',
    issues: [],
    stream_name: 'Live',
    shard_id: 'shardId-0',
    sequence_number: String(number),
    over_budget: { month, refused_at: '2026-11-20T00:00:00.000Z' },
    partition_key: `acme/s/r-${number}`,
    arrived_at: '2026-11-20T00:00:00.000Z',
    data_base64: Buffer.from(JSON.stringify(record)).toString('base64'),
  };
}

/** A store of set-asides over budget, with a stream and a clock. */
function world(stored: SetAside[], more: Partial<OverBudgetReplayDeps> = {}) {
  const open = new Map(stored.map((one) => [`${one.over_budget?.month} ${one.set_aside_id}`, one]));
  const marks = new Map<string, RestoredMark>();
  const taken: number[] = [];
  const { stream, entries } = createFakeStream();
  const clock = { at: DECEMBER + 20 * MINUTE_MS };
  const set_asides: OverBudgetSetAsides = {
    months: async () =>
      [...new Set([...open.values()].map((one) => one.over_budget!.month))].sort(),
    async *lots(month, size) {
      const all = [...open.values()].filter((one) => one.over_budget?.month === month);
      for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
    },
    async delete(some) {
      for (const one of some) open.delete(`${one.over_budget?.month} ${one.set_aside_id}`);
    },
  };
  const deps: OverBudgetReplayDeps = {
    set_asides,
    marks: { get: async (key) => marks.get(key) },
    publisher: createPublisher({ stream, linger_ms: 0, max_attempts: 1 }),
    restoreKey: async () => KEY,
    pace: { waitForRoom: async () => true, takeRoom: (records) => taken.push(records) },
    now: () => clock.at,
    ...more,
  };
  return {
    deps,
    open,
    marks,
    entries,
    taken,
    clock,
    run: () => replayOverBudget(deps, () => false),
  };
}

it('records over budget are replayed after the month in the signed envelope, with their positions, and once', async () => {
  const { run, entries, open } = world([overBudget(1), overBudget(2)]);
  expect(await run()).toEqual({ replayed: 2, done_before: 0, failed: 0, more: false });
  const restored = entries.map(({ data }) => unpackRestored(Buffer.from(data), KEY));
  expect(restored.map((one) => one?.position.sequence_number)).toEqual(['1', '2']);
  expect(restored[0]).toMatchObject({
    arrived_at: '2026-11-20T00:00:00.000Z',
    partition_key: 'acme/s/r-1',
  });
  expect(open.size).toBe(0);
  expect(await run()).toMatchObject({ replayed: 0 });
});

it('nothing is replayed before the budget resets, nor in the quarter of an hour after it', async () => {
  const { run, clock, open } = world([overBudget(1), overBudget(2, '2026-12')]);
  for (const at of [DECEMBER - 1, DECEMBER + 15 * MINUTE_MS - 1]) {
    clock.at = at;
    expect(await run()).toMatchObject({ replayed: 0, more: false });
  }
  clock.at = DECEMBER + 15 * MINUTE_MS;
  expect(await run()).toMatchObject({ replayed: 1 });
  expect([...open.keys()]).toEqual(['2026-12 shardId-0:2']);
});

it('a record that is refused again while it is replayed keeps its new set-aside', async () => {
  const { deps, open } = world([overBudget(1)]);
  const { stream } = createFakeStream();
  const again = overBudget(1, '2026-12');
  const refusing = createPublisher({
    stream: {
      putRecords: async (batch) => {
        open.set(`2026-12 ${again.set_aside_id}`, again);
        return stream.putRecords(batch);
      },
    },
    linger_ms: 0,
  });
  await replayOverBudget({ ...deps, publisher: refusing }, () => false);
  expect([...open.values()]).toEqual([again]);
});

it('records that the stream rejects stay, and the next run replays them', async () => {
  const { deps, open, run } = world([overBudget(1)]);
  const rejecting = createPublisher({
    stream: {
      putRecords: async (batch) => batch.map(() => ({ ok: false, code: 'Full' }) as const),
    },
    linger_ms: 0,
    max_attempts: 1,
  });
  const report = await replayOverBudget({ ...deps, publisher: rejecting }, () => false);
  expect(report).toMatchObject({ replayed: 0, failed: 1 });
  expect(open.size).toBe(1);
  expect(await run()).toMatchObject({ replayed: 1 });
});

it('a run stops when its time is up or the bulk stream has no room, and the next run continues', async () => {
  const stored = Array.from({ length: 450 }, (_, i) => overBudget(i));
  const { deps, open, entries, run } = world(stored);
  const busy = { ...deps.pace, waitForRoom: async () => open.size > 250 };
  expect(await replayOverBudget({ ...deps, pace: busy }, () => false)).toMatchObject({
    replayed: 200,
    more: true,
  });
  expect(await replayOverBudget(deps, () => true)).toMatchObject({ replayed: 200, more: true });
  expect(await run()).toMatchObject({ replayed: 50, more: false });
  expect(entries).toHaveLength(450);
});

it('a set-aside that an operator has put back is only deleted, unless its record was refused since', async () => {
  const [done, refused_since] = [overBudget(1), overBudget(2)];
  const { run, marks, open, entries, taken } = world([done, refused_since]);
  const mark = { restored_at: '2026-11-25T00:00:00.000Z', records: 1 };
  marks.set(done.set_aside_id, { ...mark, refused_at: done.over_budget!.refused_at });
  marks.set(refused_since.set_aside_id, { ...mark, refused_at: '2026-11-19T00:00:00.000Z' });
  expect(await run()).toMatchObject({ replayed: 1, done_before: 1 });
  expect(entries).toHaveLength(1);
  // Only the record that is published takes room on the stream.
  expect(taken).toEqual([1]);
  expect(open.size).toBe(0);
});
