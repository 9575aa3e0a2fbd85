import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  MAX_SKEW_MS,
  NotReachedError,
  waitForTable,
} from '../../../../insight/reach/wait-for-table.ts';
import { formatHour } from '../../../../schemas/index.ts';

const START = Date.UTC(2026, 10, 27, 6, 59, 50);
const BUFFER_MS = 60_000;

/** A record with the times of its way. A record that has not arrived yet arrives later. */
interface Way {
  shard_id: string;
  arrived_at: number;
  processed_at: number;
  delivered_at: number;
  /** When the keeper learns of the object. */
  found_at: number;
  merged_at: number;
}

/** A world whose records go their way while the wait sleeps. */
function createWorld(ways: Way[]) {
  let time = START;
  const keyOf = (way: Way) => `results_raw/${formatHour(way.delivered_at)}/${ways.indexOf(way)}.gz`;
  const sorted = ways.toSorted((a, b) => a.arrived_at - b.arrived_at);
  const sentences: string[] = [];
  const inShard = (shard_id: string) => sorted.filter((way) => way.shard_id === shard_id);
  const deps = {
    stream_names: ['live'],
    async readPositions() {
      return ['a', 'b'].flatMap((shard_id) => {
        const done = inShard(shard_id).filter((way) => way.processed_at <= time);
        const last = done.at(-1);
        if (last === undefined) return [];
        const processed_at = new Date(last.processed_at).toISOString();
        return [{ stream_name: 'live', shard_id, sequence_number: `${done.length}`, processed_at }];
      });
    },
    stream_ends: {
      listShards: async () => ['a', 'b'],
      findNextArrival: async ({ shard_id }: { shard_id: string }, position = '0') => {
        const way = inShard(shard_id)[Number(position)];
        return way === undefined || way.arrived_at > time ? undefined : way.arrived_at;
      },
    },
    buffer_ms: BUFFER_MS,
    async *listRawKeys(hour: string) {
      const there = ways.filter((way) => way.delivered_at <= time).map(keyOf);
      yield* there.filter((key) => key.includes(hour));
    },
    manifest: {
      has: async (key: string) => ways.some((way) => keyOf(way) === key && way.found_at <= time),
      list: async () =>
        ways
          .filter((way) => way.found_at <= time && time < way.merged_at)
          .map((way) => ({ key: keyOf(way) }) as never),
    },
    now: () => time,
    async sleep(ms: number) {
      time += ms;
    },
    onProgress: (sentence: string) => void sentences.push(sentence),
  };
  return { deps, sentences, now: () => time };
}

const delay = (max: number) => fc.integer({ min: 0, max });
/** The consumer of a shard processes its records in their order. */
const waysArbitrary = fc
  .array(
    fc.record({
      shard_id: fc.constantFrom('a', 'b'),
      arrived: fc.integer({ min: -200_000, max: 60_000 }),
      processing: delay(90_000),
      buffered: delay(BUFFER_MS + 10_000),
      announced: delay(30_000),
      merging: delay(400_000),
    }),
    { maxLength: 12 },
  )
  .map((plans) => {
    const free = new Map<string, number>();
    return plans
      .toSorted((a, b) => a.arrived - b.arrived)
      .map((plan): Way => {
        const { shard_id } = plan;
        const arrived_at = START + plan.arrived;
        const processed_at = Math.max(free.get(shard_id) ?? 0, arrived_at) + plan.processing;
        free.set(shard_id, processed_at);
        const delivered_at = processed_at + plan.buffered;
        const found_at = delivered_at + plan.announced;
        const merged_at = found_at + plan.merging;
        return { shard_id, arrived_at, processed_at, delivered_at, found_at, merged_at };
      });
  });

it('the wait ends when everything that was accepted before it is in the table, whatever the order of the steps', async () => {
  await fc.assert(
    fc.asyncProperty(waysArbitrary, async (ways) => {
      const { deps, now } = createWorld(ways);
      await waitForTable(deps, { accepted_before: START, ends_at: START + 10_000_000 });
      const before = ways.filter(({ arrived_at }) => arrived_at < START);
      expect(before.filter(({ merged_at }) => merged_at > now())).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it('the wait ends at once if the lake has had everything for longer than Firehose buffers', async () => {
  const at = (ago: number) => START - ago;
  const times = { processed_at: at(80_000), delivered_at: at(79_000), found_at: at(79_000) };
  const way = { shard_id: 'a', arrived_at: at(90_000), ...times, merged_at: at(70_000) };
  const { deps, now, sentences } = createWorld([way]);
  await waitForTable(deps, { accepted_before: START, ends_at: START + 1 });
  expect(now() - START).toBe(0);
  expect(sentences).toEqual([]);
});

it('records that go on arriving do not prolong the wait', async () => {
  const ways = Array.from({ length: 2_000 }, (_, i): Way => {
    const arrived_at = START - 100_000 + i * 1_000;
    const late = { delivered_at: arrived_at + 2_000, found_at: arrived_at + 2_000 };
    return {
      shard_id: 'a',
      arrived_at,
      processed_at: arrived_at + 900,
      ...late,
      merged_at: arrived_at + 3_000,
    };
  });
  const { deps, now } = createWorld(ways);
  await waitForTable(deps, { accepted_before: START, ends_at: START + 10_000_000 });
  expect(now() - START).toBeLessThan(BUFFER_MS * 1.25 + 4 * MAX_SKEW_MS);
});

it('the wait ends with the reason of its signal, also if nothing is missing', async () => {
  const { deps } = createWorld([]);
  const signal = AbortSignal.abort();
  const wait = waitForTable({ ...deps, signal }, { accepted_before: START, ends_at: START + 1 });
  await expect(wait).rejects.toBe(signal.reason);
});

it.each([
  [
    { processed_at: Infinity },
    /records that arrived at 2026-11-27T06:59:40.000Z and later wait in a of live/,
  ],
  [{ processed_at: START + 1_000 }, /Firehose buffers results for \d+ s more/],
  [
    { processed_at: START - 90_000, found_at: START - 2_000, merged_at: Infinity },
    /1 raw object is not in the table yet, the first is results_raw\/2026\/11\/27\/06\/0.gz/,
  ],
  [{ processed_at: START - 90_000, found_at: Infinity }, /1 raw object is not in the table yet/],
])(
  'the wait is given up at its limit, and the error says what is missing (%j)',
  async (times, reason) => {
    const arrived_at = START - 10_000;
    const rest = { delivered_at: START - 5_000, found_at: START, merged_at: START };
    const { deps, now } = createWorld([{ shard_id: 'a', arrived_at, ...rest, ...times }]);
    const error = await waitForTable(deps, {
      accepted_before: START,
      ends_at: START + 30_000,
    }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(NotReachedError);
    expect((error as Error).message).toMatch(reason);
    expect(now() - START).toBe(30_000);
  },
);
