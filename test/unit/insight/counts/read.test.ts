import { expect, it } from 'vitest';
import { bucketStart } from '../../../../insight/counts/buckets.ts';
import { nameRow } from '../../../../insight/counts/names.ts';
import {
  type BucketsQuery,
  createReadBuckets,
  createReadSpans,
} from '../../../../insight/counts/read.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeCountsStore } from '../../../fakes/counts-store.ts';

const NOW = Date.UTC(2026, 10, 27, 6, 30);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const QUERY: BucketsQuery = {
  ...{ tenant: 'acme', time: 'created_at', interval: 'hour' },
  from: NOW - DAY,
  to: NOW,
};

interface Row {
  at: number;
  source?: string;
  shard?: string;
  measures?: Record<string, number>;
  query?: Partial<BucketsQuery>;
}

function createWorld() {
  const store = createFakeCountsStore();
  const reads: string[][] = [];
  let now = NOW;
  const counts: typeof store = {
    ...store,
    read(partition, from, to) {
      reads.push([partition, from, to]);
      return store.read(partition, from, to);
    },
  };
  let mark = 0;
  return {
    reads,
    read: createReadBuckets({ counts, now: () => now }),
    readSpans: createReadSpans({ counts, now: () => now }),
    advance: (ms: number) => {
      now += ms;
    },
    async put({ at, source = 'app', shard = 'a', measures = { 'n.en.pos': 1 }, query }: Row) {
      const { tenant, time, interval } = { ...QUERY, ...query };
      const start_ms = bucketStart(at, interval);
      const family = { time, interval };
      mark += 1;
      const id = String(mark).padStart(40, '0');
      await store.add(nameRow({ family, tenant, start_ms }, source, shard), {
        ...{ measures, first: id, last: id, changed_at: at },
      });
    },
  };
}

it('buckets are summed over the shards of the stream, for each source', async () => {
  const { read, put } = createWorld();
  const at = NOW - 2 * HOUR;
  await put({ at, shard: 'parent', measures: { 'n.en.pos': 5, 'cache.miss': 2 } });
  await put({ at: at + 1_000, shard: 'child', measures: { 'n.en.pos': -2, 'n.de.neg': 1 } });
  await put({ at, source: 'shop' });
  const start_ms = bucketStart(at, 'hour');
  expect(await read(QUERY)).toEqual([
    {
      start_ms,
      source: 'app',
      measures: { 'n.en.pos': 3, 'cache.miss': 2, 'n.de.neg': 1 },
      changed_at: at + 1_000,
    },
    { start_ms, source: 'shop', measures: { 'n.en.pos': 1 }, changed_at: at },
  ]);
});

it('a read returns the buckets of its tenant, time and interval that start in the range', async () => {
  const { read, put } = createWorld();
  await put({ at: NOW - 2 * HOUR });
  await put({ at: NOW - 2 * HOUR, query: { tenant: 'other' } });
  await put({ at: NOW - 2 * HOUR, query: { time: 'arrived_at' } });
  await put({ at: NOW - 2 * HOUR, query: { interval: 'day' } });
  for (const hours of [1, 3]) await put({ at: NOW - hours * HOUR });
  const range = { from: NOW - 2.5 * HOUR, to: NOW - 1.5 * HOUR };
  expect(await read({ ...QUERY, ...range })).toHaveLength(1);
});

it.each([
  ['hour', Date.UTC(2026, 9, 30), 2],
  ['hour', Date.UTC(2026, 10, 2), 1],
  ['quarter_hour', Date.UTC(2026, 9, 30), 2],
  ['day', Date.UTC(2025, 11, 30), 2],
  ['minute', NOW - DAY, 2],
] as const)(
  'a range of many buckets by %s from %d is one query for each partition',
  async (interval, from, queries) => {
    const { read, put, reads } = createWorld();
    await put({ at: from, query: { interval } });
    await put({ at: NOW, query: { interval } });
    const query = { ...QUERY, interval, from, to: NOW + 60_000 };
    expect(await read(query)).toHaveLength(2);
    expect(reads).toHaveLength(queries);
  },
);

it('days that ended more than a day ago are read again after five minutes, later ones after a second', async () => {
  const { read, reads, advance } = createWorld();
  const query = { ...QUERY, from: NOW - 20 * DAY, to: NOW };
  await read(query);
  expect(reads).toEqual([['acme#created_at#hour#2026-11', '2026-11-07T00', '2026-11-28T00']]);
  await read(query);
  expect(reads).toHaveLength(1);
  advance(1_001);
  await read(query);
  expect(reads.at(-1)?.slice(1)).toEqual(['2026-11-26T00', '2026-11-28T00']);
  advance(299_000);
  await read(query);
  expect(reads.at(-1)?.slice(1)).toEqual(['2026-11-07T00', '2026-11-28T00']);
});

it('a day in the range is the same list for each query, and days at its ends have the buckets in the range', async () => {
  const { readSpans, put } = createWorld();
  for (let days = 2; days <= 5; days += 1) await put({ at: NOW - days * DAY });
  const range = { from: NOW - 5 * DAY + HOUR, to: NOW - 2 * DAY };
  const [first, ...days] = await readSpans({ ...QUERY, ...range });
  expect(first).toEqual([]);
  expect(days.map(({ length }) => length)).toEqual([1, 1, 1]);
  const again = await readSpans({ ...QUERY, from: NOW - 5 * DAY - HOUR, to: NOW - 3 * DAY - HOUR });
  expect(again.map(({ length }) => length)).toEqual([1, 1, 0]);
  expect(again[1]).toBe(days[0]);
});

it('a failed read is not kept', async () => {
  let is_down = true;
  const read = createReadBuckets({
    counts: {
      readGenerations: async () => new Map(),
      async read() {
        if (is_down) throw new ServiceError('dynamodb', 'Down', { retryable: true });
        return [];
      },
    },
    now: () => NOW,
  });
  await expect(read(QUERY)).rejects.toThrow('dynamodb: Down');
  is_down = false;
  expect(await read(QUERY)).toEqual([]);
});
