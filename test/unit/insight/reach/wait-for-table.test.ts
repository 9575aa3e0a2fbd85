import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MARK_AFTER_MS } from '../../../../insight/reach/markers.ts';
import type { ReachDeps, StreamShard } from '../../../../insight/reach/ports.ts';
import {
  MAX_SKEW_MS,
  NotReachedError,
  waitForTable,
} from '../../../../insight/reach/wait-for-table.ts';
import { formatHour, ServiceError } from '../../../../schemas/index.ts';

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
  /** True if the consumer could not store its position after the record. */
  is_position_lost?: boolean;
}

/**
 * The shards: `a` was split into `c` and `d`, and of these two `c` gets records. `b` is open too. The record
 * of a child is processed after those of its parent.
 */
const SHARDS: StreamShard[] = [
  { stream_name: 'live', shard_id: 'a', parents: [] },
  { stream_name: 'live', shard_id: 'b', parents: [], hash_key: 'b' },
  { stream_name: 'live', shard_id: 'c', parents: ['a'], hash_key: 'c' },
  { stream_name: 'live', shard_id: 'd', parents: ['a'], hash_key: 'd' },
];
const MARKER_TAKES_MS = 3_000;

/** A world whose records go their way while the wait sleeps. */
function createWorld(ways: Way[], { takes_markers = true } = {}) {
  let time = START;
  const keyOf = (way: Way) => `results_raw/${formatHour(way.delivered_at)}/${ways.indexOf(way)}.gz`;
  const markers: Way[] = [];
  const sentences: string[] = [];
  const notes: string[] = [];
  const inShard = (shard_id: string) =>
    [...ways, ...markers]
      .filter((way) => way.shard_id === shard_id)
      .sort((a, b) => a.arrived_at - b.arrived_at);
  const deps: ReachDeps = {
    stream_names: ['live'],
    async readPositions() {
      return SHARDS.flatMap(({ shard_id }) => {
        const all = inShard(shard_id);
        const last = all.findLast((way) => way.processed_at <= time && !way.is_position_lost);
        if (last === undefined) return [];
        const processed_at = new Date(last.processed_at).toISOString();
        const sequence_number = `${all.indexOf(last) + 1}`;
        return [{ stream_name: 'live', shard_id, sequence_number, processed_at }];
      });
    },
    stream_ends: {
      listShards: async () => SHARDS,
      findNextArrival: async ({ shard_id }: { shard_id: string }, position = '0') => {
        const way = inShard(shard_id)[Number(position)];
        return way === undefined || way.arrived_at > time ? undefined : way.arrived_at;
      },
      async putMarker({ hash_key }) {
        if (!takes_markers) {
          throw new ServiceError('kinesis', 'AccessDeniedException', { retryable: false });
        }
        const before = ways.filter(
          ({ shard_id, arrived_at }) =>
            arrived_at <= time && (shard_id === hash_key || (shard_id === 'a' && hash_key !== 'b')),
        );
        const busy_until = Math.max(time, ...before.map(({ processed_at }) => processed_at));
        const processed_at = busy_until + MARKER_TAKES_MS;
        const never = { delivered_at: Infinity, found_at: Infinity, merged_at: Infinity };
        markers.push({ shard_id: hash_key, arrived_at: time, processed_at, ...never });
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
    onNote: (sentence: string) => void notes.push(sentence),
  };
  return { deps, sentences, notes, markers, now: () => time };
}

const delay = (max: number) => fc.integer({ min: 0, max });
/** The consumer of a shard processes its records in their order. */
const waysArbitrary = fc
  .array(
    fc.record({
      is_split: fc.boolean(),
      is_position_lost: fc.boolean(),
      arrived: fc.integer({ min: -200_000, max: 60_000 }),
      processing: delay(90_000),
      buffered: delay(BUFFER_MS + 10_000),
      announced: delay(30_000),
      merging: delay(400_000),
    }),
    { maxLength: 12 },
  )
  .chain((plans) =>
    fc.integer({ min: -200_000, max: -1 }).map((split_at) =>
      plans.map((plan) => {
        // The shard `a` takes records until it is split.
        const of_split = plan.arrived < split_at ? 'a' : 'c';
        return { ...plan, shard_id: plan.is_split ? of_split : 'b' };
      }),
    ),
  )
  .map((plans) => {
    const free = new Map<string, number>();
    return plans
      .toSorted((a, b) => a.arrived - b.arrived)
      .map((plan): Way => {
        const { shard_id, is_position_lost } = plan;
        const arrived_at = START + plan.arrived;
        const of_parent = shard_id === 'c' ? (free.get('a') ?? 0) : 0;
        const earlier = Math.max(free.get(shard_id) ?? 0, of_parent);
        const processed_at = Math.max(earlier, arrived_at) + plan.processing;
        free.set(shard_id, processed_at);
        const delivered_at = processed_at + plan.buffered;
        const found_at = delivered_at + plan.announced;
        const merged_at = found_at + plan.merging;
        return {
          ...{ shard_id, arrived_at, processed_at, delivered_at, found_at, merged_at },
          is_position_lost,
        };
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

it('the wait ends on a quiet shard whose position is behind, by a marker and not by its limit', async () => {
  const at = (ago: number) => START - ago;
  const times = { processed_at: at(80_000), delivered_at: at(79_000), found_at: at(79_000) };
  const ways = ['a', 'b'].map((shard_id) => ({
    ...{ shard_id, arrived_at: at(90_000), ...times, merged_at: at(70_000) },
    is_position_lost: true,
  }));
  const { deps, now, markers, notes } = createWorld(ways);
  await waitForTable(deps, { accepted_before: START, ends_at: START + 10_000_000 });
  expect(markers.map(({ shard_id }) => shard_id).sort()).toEqual(['b', 'c', 'd']);
  const most_ms = MARK_AFTER_MS + MARKER_TAKES_MS + 20_000 + BUFFER_MS * 1.25;
  expect(now() - START).toBeLessThan(most_ms);
  expect(notes).toEqual([]);
});

it('the wait says soon, and long before its limit, that a shard whose position is behind takes no marker', async () => {
  const lost = { is_position_lost: true, processed_at: START - 80_000 };
  const later = { delivered_at: START, found_at: START, merged_at: START };
  const way = { shard_id: 'b', arrived_at: START - 90_000, ...lost, ...later };
  const { deps } = createWorld([way], { takes_markers: false });
  const noted_at: number[] = [];
  const onNote = () => void noted_at.push(deps.now() - START);
  const wait = waitForTable(
    { ...deps, onNote },
    { accepted_before: START, ends_at: START + 900_000 },
  );
  await expect(wait).rejects.toThrow(NotReachedError);
  expect(noted_at).toHaveLength(1);
  expect(noted_at[0]).toBeLessThan(MARK_AFTER_MS + 6_000);
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
