import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { StatsQuery } from '../../../../api/ports.ts';
import { createStats } from '../../../../api/stats/stats.ts';
import type { StatsFilter } from '../../../../api/stats/sums.ts';
import type { Bucket, BucketsQuery } from '../../../../insight/counts/read.ts';
import { type Sentiment, ServiceError, statsResponseSchema } from '../../../../schemas/index.ts';

const START = Date.UTC(2026, 10, 23, 10, 30);
const HOUR = 3_600_000;
const QUERY: StatsQuery = { tenant: 'acme', interval: 'hour', time: 'created_at' };
const NONE = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };

let now = START;
beforeEach(() => {
  now = START;
});

/** Creates statistics of the given buckets. The array `asked` lists what is read. */
function createTestStats(buckets: Partial<Bucket>[]) {
  const asked: BucketsQuery[] = [];
  const stats = createStats({
    async read_spans(query) {
      asked.push(query);
      const span = buckets.map((bucket) => ({
        ...{ start_ms: query.from, source: 'tour', measures: {}, changed_at: START },
        ...bucket,
      }));
      return [span];
    },
    usd_per_unit: 0.0001,
    now: () => now,
  });
  return { asked, stats };
}

const BUCKETS: Partial<Bucket>[] = [
  { measures: { 'n.en.pos': 5, 'n.de.neg': 2 } },
  { source: 'hotel', measures: { 'n.en.neg': 8, 'n.en.mix': 1, 'n.fi.lang': 1 } },
  {
    start_ms: Date.UTC(2026, 10, 23, 9),
    measures: { 'n.en.neu': 3, 'n.und.empty': 2, 'n.en.gone': 4 },
  },
];

it('GET /stats counts the records by sentiment, source, language and time', async () => {
  const { stats } = createTestStats(BUCKETS);
  const answer = statsResponseSchema.parse(await stats(QUERY));
  expect(answer).toMatchObject({
    ...{ interval: 'hour', time: 'created_at', as_of: '2026-11-23T10:30:00.000Z' },
    ...{ total: 22, withdrawn: 4 },
    by_sentiment: { POSITIVE: 5, NEGATIVE: 10, NEUTRAL: 3, MIXED: 1, no_verdict: 3 },
    by_source: [
      {
        ...{ source: 'tour', total: 12, withdrawn: 4 },
        by_sentiment: { ...NONE, POSITIVE: 5, NEGATIVE: 2, NEUTRAL: 3, no_verdict: 2 },
      },
      {
        ...{ source: 'hotel', total: 10, withdrawn: 0 },
        by_sentiment: { ...NONE, NEGATIVE: 8, MIXED: 1, no_verdict: 1 },
      },
    ],
    by_language: [
      { language_code: 'en', total: 17, withdrawn: 4 },
      { language_code: 'de', total: 2 },
      { language_code: 'und', total: 2 },
      { language_code: 'fi', total: 1 },
    ],
  });
});

it('GET /stats lists every interval of the range, also those without records', async () => {
  const { stats } = createTestStats(BUCKETS);
  const { over_time } = await stats(QUERY);
  expect(over_time).toHaveLength(25);
  expect(over_time[0]).toMatchObject({ start: '2026-11-22T10:00:00.000Z', total: 17 });
  expect(over_time[1]).toEqual({
    ...{ start: '2026-11-22T11:00:00.000Z', total: 0, withdrawn: 0 },
    by_sentiment: NONE,
  });
  expect(over_time[23]).toMatchObject({
    start: '2026-11-23T09:00:00.000Z',
    total: 5,
    withdrawn: 4,
  });
  expect(over_time[24]).toMatchObject({ start: '2026-11-23T10:00:00.000Z', total: 0 });
});

it('GET /stats counts one source, one language or one sentiment if the query names it', async () => {
  const { stats } = createTestStats(BUCKETS);
  expect(await stats({ ...QUERY, source: 'hotel' })).toMatchObject({
    total: 10,
    by_source: [{ source: 'hotel' }],
  });
  expect(await stats({ ...QUERY, language: 'de' })).toMatchObject({
    total: 2,
    by_sentiment: { ...NONE, NEGATIVE: 2 },
  });
  const negative = await stats({ ...QUERY, sentiment: 'NEGATIVE' });
  expect(negative).toMatchObject({
    ...{ total: 10, withdrawn: 0, by_sentiment: { ...NONE, NEGATIVE: 10 } },
    by_source: [
      { source: 'hotel', total: 8 },
      { source: 'tour', total: 2 },
    ],
  });
  expect(
    await stats({ ...QUERY, source: 'tour', language: 'en', sentiment: 'POSITIVE' }),
  ).toMatchObject({ total: 5 });
});

it('GET /stats leaves out sources and languages from which corrections have moved all records', async () => {
  const { stats } = createTestStats([{ source: 'empty', measures: { 'n.fr.pos': 0 } }]);
  expect(await stats(QUERY)).toMatchObject({ total: 0, by_source: [], by_language: [] });
});

const VERDICTS = {
  ...{ 'cache.miss': 1, 'cache.batch': 2, 'cache.memory': 4, 'cache.table': 8 },
  ...{ 'units.billed': 12_345, 'units.avoided': 678 },
  ...{ 'score.positive': 7_500_000, 'score.negative': 5_000_000, 'score.neutral': 2_500_000 },
};

it('GET /stats counts verdicts of the batch, the memory and the table as cache hits', async () => {
  const { stats } = createTestStats([{ measures: VERDICTS }]);
  expect((await stats(QUERY)).cache).toEqual({ hits: 14, misses: 1, hit_rate: 14 / 15 });
});

it('GET /stats prices billed and avoided units at the $0.0001 that Comprehend asks for a unit', async () => {
  const { stats } = createTestStats([{ measures: VERDICTS }]);
  expect((await stats(QUERY)).billing).toEqual({
    ...{ billed_units: 12_345, avoided_units: 678, billed_usd: 1.2345, avoided_usd: 0.0678 },
  });
});

it('GET /stats rounds prices to millionths of a dollar, so that no sum shows the noise of floating point', async () => {
  // 3 times 0.0001 is 0.00030000000000000003.
  const { stats } = createTestStats([{ measures: { 'units.billed': 3 } }]);
  expect((await stats(QUERY)).billing?.billed_usd).toBe(0.0003);
});

it('GET /stats averages the scores over all verdicts', async () => {
  const { stats } = createTestStats([{ measures: VERDICTS }]);
  expect((await stats(QUERY)).average_scores).toEqual({
    ...{ positive: 0.5, negative: 0.333333, neutral: 0.166667, mixed: 0 },
  });
});

it('GET /stats counts records with personal data and its pieces by type, of all sources or of one', async () => {
  const { stats } = createTestStats([
    {
      measures: {
        ...{ 'pii.records': 5, 'pii.count': 9, 'pii.redacted': 4, 'pii.failed': 1 },
        ...{ 'pii.EMAIL': 2, 'pii.PHONE': 4, 'pii.NAME': 2, 'pii.UNKNOWN_TYPE': 7 },
      },
    },
    { source: 'hotel', measures: { 'pii.records': 3, 'pii.count': 3, 'pii.EMAIL': 3 } },
    { source: 'hotel', measures: { 'pii.NAME': -2 } },
  ]);
  expect(statsResponseSchema.parse(await stats(QUERY)).pii).toEqual({
    ...{ records: 8, count: 12, redacted: 4, failed: 1 },
    by_type: [
      { type: 'EMAIL', records: 5 },
      { type: 'PHONE', records: 4 },
    ],
  });
  expect((await stats({ ...QUERY, source: 'hotel' })).pii).toEqual({
    ...{ records: 3, count: 3, redacted: 0, failed: 0 },
    by_type: [{ type: 'EMAIL', records: 3 }],
  });
});

it('GET /stats of one language or sentiment has no cache, billing, scores and personal data', async () => {
  const { stats } = createTestStats([{ measures: VERDICTS }]);
  for (const filter of [{ language: 'en' }, { sentiment: 'MIXED' as const }]) {
    const answer = await stats({ ...QUERY, ...filter });
    for (const name of ['cache', 'billing', 'average_scores', 'pii']) {
      expect(answer).not.toHaveProperty(name);
    }
  }
});

it('GET /stats of no records has a hit rate of 0, and no time of a last change', async () => {
  const { stats } = createTestStats([]);
  const answer = statsResponseSchema.parse(await stats(QUERY));
  expect(answer).toMatchObject({ total: 0, cache: { hits: 0, misses: 0, hit_rate: 0 } });
  expect(answer.average_scores).toEqual({ positive: 0, negative: 0, neutral: 0, mixed: 0 });
  expect(answer.pii).toEqual({ records: 0, count: 0, redacted: 0, failed: 0, by_type: [] });
  expect(answer).not.toHaveProperty('as_of');
});

it.each([
  ['minute', '2026-11-23T09:30:00.000Z', '2026-11-23T10:30:00.000Z', 60],
  ['quarter_hour', '2026-11-22T10:30:00.000Z', '2026-11-23T10:30:00.000Z', 96],
  ['hour', '2026-11-22T10:00:00.000Z', '2026-11-23T11:00:00.000Z', 25],
  ['day', '2026-10-24T00:00:00.000Z', '2026-11-24T00:00:00.000Z', 31],
] as const)(
  'GET /stats by %s without from and to counts whole intervals, from %s to %s',
  async (interval, from, to, intervals) => {
    const { stats, asked } = createTestStats([]);
    const answer = await stats({ ...QUERY, interval, time: 'arrived_at' });
    expect(answer).toMatchObject({ from, to });
    expect(answer.over_time).toHaveLength(intervals);
    const range = { from: Date.parse(from), to: Date.parse(to) };
    expect(asked).toEqual([{ tenant: 'acme', time: 'arrived_at', interval, ...range }]);
  },
);

it.each([
  ['minute', 1],
  ['quarter_hour', 7],
  ['hour', 31],
  ['day', 366],
] as const)(
  'GET /stats by %s takes a range of %d days, and refuses a longer one',
  async (interval, days) => {
    const { stats } = createTestStats([]);
    const from = (extra_ms: number) => new Date(START - days * 86_400_000 - extra_ms).toISOString();
    const answer = await stats({ ...QUERY, interval, from: from(0) });
    expect(Date.parse(answer.from)).toBeLessThanOrEqual(Date.parse(from(0)));
    await expect(stats({ ...QUERY, interval, from: from(1) })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      options: { field: 'from' },
    });
  },
);

it.each([
  ['minute', 2],
  ['quarter_hour', 42],
] as const)(
  'GET /stats by %s refuses a range that begins %d days ago, because it is no longer kept',
  async (interval, days) => {
    const { stats } = createTestStats([]);
    const range = (ms: number) => {
      const from = START - days * 86_400_000 + ms;
      return {
        from: new Date(from).toISOString(),
        to: new Date(from + HOUR).toISOString(),
      };
    };
    const refusal = { code: 'VALIDATION_ERROR', options: { field: 'from' } };
    await expect(stats({ ...QUERY, interval, ...range(0) })).rejects.toMatchObject(refusal);
    expect((await stats({ ...QUERY, interval, ...range(15 * 60_000) })).total).toBe(0);
  },
);

it('GET /stats refuses a range whose end is not after its start', async () => {
  const { stats, asked } = createTestStats([]);
  const from = '2026-11-22T00:00:00Z';
  for (const to of [from, '2026-11-21T00:00:00Z']) {
    await expect(stats({ ...QUERY, from, to })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  }
  expect(asked).toEqual([]);
});

it('GET /stats extends the range to whole intervals, so that ranges within the same intervals share one answer', async () => {
  const { stats, asked } = createTestStats([]);
  const ask = (from: string, to: string) => stats({ ...QUERY, from, to });
  const first = await ask('2026-11-22T07:15:00Z', '2026-11-22T09:45:00Z');
  expect(first).toMatchObject({
    from: '2026-11-22T07:00:00.000Z',
    to: '2026-11-22T10:00:00.000Z',
  });
  expect(await ask('2026-11-22T07:15:00Z', '2026-11-22T09:45:00Z')).toEqual(first);
  expect(asked).toHaveLength(1);
  await ask('2026-11-22T08:00:00Z', '2026-11-22T10:00:00Z');
  expect(asked).toHaveLength(2);
});

it('GET /stats answers the same query within a second from memory, for each tenant', async () => {
  const { stats, asked } = createTestStats([]);
  await stats(QUERY);
  now += 999;
  await stats(QUERY);
  expect(asked).toHaveLength(1);
  await stats({ ...QUERY, tenant: 'globex' });
  expect(asked).toHaveLength(2);
  now += 2;
  await stats(QUERY);
  expect(asked).toHaveLength(3);
});

it('GET /stats does not keep the failure of a read', async () => {
  let is_down = true;
  const stats = createStats({
    read_spans: async () => {
      if (is_down) throw new ServiceError('dynamodb', 'Down', { retryable: true });
      return [];
    },
    usd_per_unit: 1,
    now: () => now,
  });
  await expect(stats(QUERY)).rejects.toThrow('dynamodb: Down');
  is_down = false;
  expect((await stats(QUERY)).total).toBe(0);
});

const SENTIMENT_CODES = { POSITIVE: 'pos', NEGATIVE: 'neg', NEUTRAL: 'neu', MIXED: 'mix' } as const;
const anyMeasures = fc.dictionary(
  fc
    .tuple(fc.constantFrom('en', 'de', 'und'), fc.constantFrom('pos', 'neg', 'empty', 'gone'))
    .map(([language, outcome]) => `n.${language}.${outcome}`),
  fc.nat(9),
);
const anyBucket: fc.Arbitrary<Bucket> = fc.record({
  start_ms: fc.nat(24).map((hours) => Date.UTC(2026, 10, 22, 10) + hours * HOUR),
  source: fc.constantFrom('tour', 'hotel'),
  measures: fc
    .tuple(anyMeasures, fc.nat(5))
    .map(([measures, misses]) => ({ ...measures, 'cache.miss': misses, 'units.billed': misses })),
  changed_at: fc.nat(START),
});
const anyFilter = fc.record(
  {
    source: fc.constantFrom('tour', 'hotel', 'none'),
    language: fc.constantFrom('en', 'de', 'fi'),
    sentiment: fc.constantFrom(...(Object.keys(SENTIMENT_CODES) as Sentiment[])),
  },
  { requiredKeys: [] },
);

it('GET /stats counts each record of a filter once, whatever spans were read and asked for before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyBucket, { maxLength: 6 }), { maxLength: 4 }),
      fc.array(anyFilter, { minLength: 1, maxLength: 20 }),
      async (spans, filters) => {
        const read_spans = async () => spans;
        const stats = createStats({ read_spans, usd_per_unit: 1, now: () => now });
        for (const filter of filters) {
          const { total, by_source, by_language, over_time, billing } = await stats({
            ...QUERY,
            ...filter,
          });
          const expected = countRecords(spans.flat(), filter);
          expect(total).toBe(expected);
          for (const parts of [by_source, by_language, over_time]) {
            expect(parts.reduce((sum, part) => sum + part.total, 0)).toBe(expected);
          }
          if (filter.language !== undefined || filter.sentiment !== undefined) continue;
          expect(billing?.billed_units).toBe(
            selectSource(spans.flat(), filter).reduce(
              (sum, { measures }) => sum + (measures['units.billed'] ?? 0),
              0,
            ),
          );
        }
      },
    ),
  );
});

function selectSource(buckets: Bucket[], { source }: StatsFilter): Bucket[] {
  return buckets.filter((bucket) => source === undefined || bucket.source === source);
}

/** Counts without spans. A withdrawn record is in no total. */
function countRecords(buckets: Bucket[], filter: StatsFilter): number {
  const { language, sentiment } = filter;
  let total = 0;
  for (const { measures } of selectSource(buckets, filter)) {
    for (const [name, records] of Object.entries(measures)) {
      const [kind, of_language, code] = name.split('.');
      if (kind !== 'n' || code === 'gone') continue;
      if (language !== undefined && of_language !== language) continue;
      if (sentiment !== undefined && code !== SENTIMENT_CODES[sentiment]) continue;
      total += records;
    }
  }
  return total;
}

it('GET /stats adds up the buckets of a span once, also if many other filters were asked for', async () => {
  let parsed = 0;
  const get = () => {
    parsed += 1;
    return 'tour';
  };
  const bucket: Bucket = {
    ...{ start_ms: Date.UTC(2026, 10, 23, 9), source: 'tour', changed_at: 1 },
    measures: { 'n.en.pos': 1 },
  };
  const span = [Object.defineProperty(bucket, 'source', { get, enumerable: true })];
  const stats = createStats({ read_spans: async () => [span], usd_per_unit: 1, now: () => now });
  const ask = async (language?: string) => {
    now += 2_000;
    return (await stats({ ...QUERY, language })).total;
  };
  expect([await ask(), await ask(), parsed]).toEqual([1, 1, 1]);
  // The filters of which sums are kept are limited, and callers can name any language.
  for (let i = 0; i < 20; i += 1) expect(await ask(`x${i}`)).toBe(0);
  expect([await ask(), parsed]).toEqual([1, 22]);
});
