import { expect, it } from 'vitest';
import type { Bucket, BucketsQuery } from '../../../../insight/counts/read.ts';
import { createComputeDigest } from '../../../../insight/digests/compute.ts';
import { lastPeriod } from '../../../../insight/digests/period.ts';
import type { TextsQuery } from '../../../../insight/digests/ports.ts';
import { digestSchema, type Result } from '../../../../schemas/index.ts';
import { aBucket, aText } from '../../../support/digests.ts';

const NOW = Date.UTC(2026, 10, 25, 9);
const WEEK = lastPeriod('weekly', NOW);
const QUERY = { tenant: 'acme', cadence: 'weekly', period: WEEK } as const;

function createWorld(buckets: Bucket[], texts: Result[] = []) {
  const asked: TextsQuery[] = [];
  const read: BucketsQuery[] = [];
  const compute = createComputeDigest({
    async readBuckets(query) {
      read.push(query);
      return buckets.filter(({ start_ms }) => start_ms >= query.from && start_ms < query.to);
    },
    async listTexts(query) {
      asked.push(query);
      return texts;
    },
  });
  return { compute, asked, read };
}

it.each([
  ['daily', '2026-11-28T00:00:00Z', '2026-11-27T00:00:00.000Z', '2026-11-28T00:00:00.000Z'],
  ['daily', '2026-11-28T23:59:59Z', '2026-11-27T00:00:00.000Z', '2026-11-28T00:00:00.000Z'],
  ['weekly', '2026-11-22T23:59:59Z', '2026-11-09T00:00:00.000Z', '2026-11-16T00:00:00.000Z'],
  ['weekly', '2026-11-23T00:00:00Z', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
] as const)('the last %s period at %s is from %s to %s', (cadence, now, from, to) => {
  expect(lastPeriod(cadence, Date.parse(now))).toEqual({ from, to });
});

it('a digest compares records, net sentiment and the negative share with the period before', async () => {
  const { compute, read } = createWorld([
    aBucket('2026-11-10', 'app', { pos: 6, neg: 2 }),
    aBucket('2026-11-16', 'app', { pos: 2, neg: 4, neu: 2 }),
    aBucket('2026-11-22', 'shop', { pos: 1, mix: 1, lang: 3, gone: 5 }),
    aBucket('2026-11-23', 'app', { neg: 99 }),
  ]);
  const digest = digestSchema.parse(await compute(QUERY));
  expect(digest).toMatchObject({
    period: { from: '2026-11-16T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' },
    previous: { from: '2026-11-09T00:00:00.000Z', to: '2026-11-16T00:00:00.000Z' },
    total: { records: 13, net_sentiment: -0.1, negative_share: 0.4, positive_share: 0.3 },
    before: { records: 8, net_sentiment: 0.5, negative_share: 0.25, positive_share: 0.75 },
    sources: [
      { source: 'app', records: 8, net_sentiment: -0.25, before: { records: 8 } },
      { source: 'shop', records: 5, net_sentiment: 0.5, before: { records: 0 } },
    ],
  });
  expect(digest.over_time.map(({ records }) => records)).toEqual([8, 0, 0, 0, 0, 0, 5]);
  expect(read.map(({ time, interval }) => [time, interval])).toEqual([
    ['created_at', 'day'],
    ['created_at', 'day'],
  ]);
});

it('the texts come from the source that moved net sentiment most, in the direction in which it moved', async () => {
  const before = [
    aBucket('2026-11-10', 'app', { pos: 50, neg: 50 }),
    aBucket('2026-11-10', 'shop', { pos: 80, neg: 20 }),
  ];
  const fell = createWorld([
    ...before,
    aBucket('2026-11-17', 'app', { pos: 45, neg: 55 }),
    aBucket('2026-11-17', 'shop', { pos: 30, neg: 70 }),
  ]);
  expect((await fell.compute(QUERY)).moved_by).toEqual({ source: 'shop', sentiment: 'NEGATIVE' });
  expect(fell.asked).toEqual([
    { tenant: 'acme', source: 'shop', sentiment: 'NEGATIVE', ...WEEK, limit: 100 },
  ]);
  const rose = createWorld([
    ...before,
    aBucket('2026-11-17', 'app', { pos: 90, neg: 10 }),
    aBucket('2026-11-17', 'shop', { pos: 70, neg: 30 }),
  ]);
  expect((await rose.compute(QUERY)).moved_by).toEqual({ source: 'app', sentiment: 'POSITIVE' });
});

it('the texts are the clearest three, each once, and a long one is cut', async () => {
  const { compute } = createWorld(
    [aBucket('2026-11-17', 'app', { neg: 5 })],
    [
      aText({ record_id: 'a', score: 0.6, text: 'Slow' }),
      aText({ record_id: 'b', score: 0.8, text: 'Broken' }),
      aText({ record_id: 'c', score: 0.99, text: '🐈'.repeat(281) }),
      aText({ record_id: 'd', score: 0.7, text: 'Broken' }),
      aText({ record_id: 'e', score: 0.65, text: 'Ugly' }),
      aText({ record_id: 'f', score: 0.98, text: '  ' }),
    ],
  );
  const { texts } = await compute(QUERY);
  expect(texts.map(({ record_id }) => record_id)).toEqual(['c', 'b', 'e']);
  expect(texts[0]?.text).toBe(`${'🐈'.repeat(280)}…`);
});

it('a digest of one source counts no other', async () => {
  const { compute } = createWorld([
    aBucket('2026-11-17', 'app', { pos: 1 }),
    aBucket('2026-11-17', 'shop', { neg: 9 }),
  ]);
  const digest = await compute({ ...QUERY, source: 'app' });
  expect(digest.total.records).toBe(1);
  expect(digest.sources.map(({ source }) => source)).toEqual(['app']);
});

it('a period without a verdict has no shares, and reads no text', async () => {
  const { compute, asked } = createWorld([aBucket('2026-11-17', 'app', { lang: 2 })]);
  const digest = digestSchema.parse(await compute(QUERY));
  expect(digest.total).toEqual({
    ...{ records: 2, net_sentiment: null, negative_share: null, positive_share: null },
  });
  expect(digest).not.toHaveProperty('moved_by');
  expect(asked).toEqual([]);
});
