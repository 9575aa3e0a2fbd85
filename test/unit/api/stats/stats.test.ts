import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StatsQuery } from '../../../../api/ports.ts';
import { createStats, type StatsDeps } from '../../../../api/stats/stats.ts';
import { ServiceError, statsResponseSchema } from '../../../../schemas/index.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 30);
const DAY: StatsQuery = { tenant: 'acme', interval: 'day' };

interface Row {
  start: string;
  source: string;
  language_code: string;
  sentiment: string;
  cache: string;
  results: string;
  units: string;
}

/**
 * Returns a row of a query result. All values are strings, because Athena returns every value as a
 * string.
 */
function aRow(fields: Partial<Row> = {}): Row {
  return {
    start: '2026-11-22',
    source: 'tour',
    language_code: 'en',
    sentiment: 'POSITIVE',
    cache: 'miss',
    results: '1',
    units: '3',
    ...fields,
  };
}

/**
 * Creates statistics whose queries return `rows`. The array `asked` lists the SQL of each query.
 */
function createRowStats(rows: Row[], more: Partial<StatsDeps> = {}) {
  const asked: string[] = [];
  const stats = createStats({
    query: async (sql) => {
      asked.push(sql);
      return { rows: rows as unknown as Record<string, unknown>[] };
    },
    buffer_seconds: 60,
    usd_per_unit: 0.0001,
    now: Date.now,
    ...more,
  });
  return { stats, asked };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

it('GET /stats counts the results by sentiment, source, language and time', async () => {
  const { stats } = createRowStats([
    aRow({ results: '5' }),
    aRow({ sentiment: 'NEGATIVE', source: 'hotel', results: '8' }),
    aRow({ start: '2026-11-21', sentiment: 'no_verdict', language_code: 'und', results: '2' }),
  ]);
  const answer = statsResponseSchema.parse(await stats(DAY));
  const none = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  expect(answer).toMatchObject({
    total: 15,
    by_sentiment: { ...none, POSITIVE: 5, NEGATIVE: 8, no_verdict: 2 },
    by_source: [
      { source: 'hotel', total: 8, by_sentiment: { ...none, NEGATIVE: 8 } },
      { source: 'tour', total: 7, by_sentiment: { ...none, POSITIVE: 5, no_verdict: 2 } },
    ],
    by_language: [
      { language_code: 'en', total: 13 },
      { language_code: 'und', total: 2 },
    ],
    over_time: [
      { start: '2026-11-21T00:00:00.000Z', total: 2, by_sentiment: { ...none, no_verdict: 2 } },
      {
        start: '2026-11-22T00:00:00.000Z',
        total: 13,
        by_sentiment: { ...none, POSITIVE: 5, NEGATIVE: 8 },
      },
    ],
  });
});

it('GET /stats lists sources and languages by their number of results, the largest first', async () => {
  const { stats } = createRowStats([
    aRow({ source: 'small', language_code: 'de', results: '1' }),
    aRow({ source: 'large', language_code: 'ja', results: '9' }),
    aRow({ source: 'middle', language_code: 'fr', results: '4' }),
  ]);
  const { by_source, by_language } = await stats(DAY);
  expect(by_source.map(({ source }) => source)).toEqual(['large', 'middle', 'small']);
  expect(by_language.map(({ language_code }) => language_code)).toEqual(['ja', 'fr', 'de']);
});

it('GET /stats counts verdicts of the batch, the memory and the table as cache hits', async () => {
  const { stats } = createRowStats([
    aRow({ cache: 'miss', results: '1', units: '10' }),
    aRow({ cache: 'batch', results: '2', units: '20' }),
    aRow({ cache: 'memory', results: '4', units: '40' }),
    aRow({ cache: 'table', results: '8', units: '80' }),
    aRow({ cache: 'none', sentiment: 'no_verdict', results: '100', units: '1000' }),
  ]);
  const { cache, billing, total } = await stats(DAY);
  expect(total).toBe(115);
  expect(cache).toEqual({ hits: 14, misses: 1, hit_rate: 14 / 15 });
  expect(billing).toMatchObject({ billed_units: 10, avoided_units: 140 });
});

it('GET /stats prices billed and avoided units at the $0.0001 that Comprehend asks for a unit', async () => {
  const { stats } = createRowStats([
    aRow({ cache: 'miss', units: '12345' }),
    aRow({ cache: 'table', units: '678' }),
  ]);
  const { billing } = await stats(DAY);
  expect(billing).toMatchObject({ billed_usd: 1.2345, avoided_usd: 0.0678 });
});

it('GET /stats rounds prices to millionths of a dollar, so that no sum shows the noise of floating point', async () => {
  // 3 times 0.0001 is 0.00030000000000000003.
  const { stats } = createRowStats([aRow({ cache: 'miss', units: '3' })]);
  expect((await stats(DAY)).billing.billed_usd).toBe(0.0003);
});

it('GET /stats of no results has a hit rate of 0', async () => {
  const { stats } = createRowStats([]);
  const answer = statsResponseSchema.parse(await stats(DAY));
  expect(answer).toMatchObject({ total: 0, cache: { hits: 0, misses: 0, hit_rate: 0 } });
});

it.each([
  ['minute', '2026-11-23T10:05', '2026-11-23T10:05:00.000Z'],
  ['hour', '2026-11-23T10', '2026-11-23T10:00:00.000Z'],
  ['day', '2026-11-23', '2026-11-23T00:00:00.000Z'],
] as const)(
  'GET /stats by %s groups by the prefix %j of a time, and returns %j',
  async (interval, start, time) => {
    const { stats, asked } = createRowStats([aRow({ start })]);
    const { over_time } = await stats({ tenant: 'acme', interval });
    expect(over_time).toMatchObject([{ start: time }]);
    expect(asked[0]).toContain(`substr(processed_at, 1, ${start.length}) AS start`);
  },
);

it('GET /stats reads the results of one tenant, and of one source if the query names it', async () => {
  const { stats, asked } = createRowStats([]);
  await stats(DAY);
  await stats({ ...DAY, source: 'tour' });
  expect(asked[0]).toContain("tenant = 'acme'");
  expect(asked[0]).not.toContain('source =');
  expect(asked[1]).toContain("tenant = 'acme'");
  expect(asked[1]).toContain("AND source = 'tour'");
});

it('GET /stats counts 300 characters for the shortest document, and each begun 100 of a longer one', async () => {
  const { stats, asked } = createRowStats([]);
  await stats(DAY);
  expect(asked[0]).toContain(
    'sum(greatest(3 * coalesce(chunks, 0), ceil(coalesce(length(text), text_bytes) / 100.0)))',
  );
});

it.each([
  ['minute', '2026-11-23T09:30:00.000Z', '2026-11-23T10:30:00.000Z'],
  ['hour', '2026-11-22T10:00:00.000Z', '2026-11-23T11:00:00.000Z'],
  ['day', '2026-10-24T00:00:00.000Z', '2026-11-24T00:00:00.000Z'],
] as const)(
  'GET /stats by %s without from and to counts whole intervals, from %s to %s',
  async (interval, from, to) => {
    const { stats, asked } = createRowStats([]);
    const range = { from, to };
    expect(await stats({ tenant: 'acme', interval })).toMatchObject(range);
    expect(asked[0]).toContain(`processed_at >= '${range.from}' AND processed_at < '${range.to}'`);
  },
);

it.each([
  ['minute', 1],
  ['hour', 31],
  ['day', 366],
] as const)(
  'GET /stats by %s takes a range of %d days, and refuses a longer one',
  async (interval, days) => {
    const { stats } = createRowStats([]);
    const from = (extra_ms: number) => new Date(NOW - days * 86_400_000 - extra_ms).toISOString();
    const answer = await stats({ tenant: 'acme', interval, from: from(0) });
    expect(Date.parse(answer.from)).toBeLessThanOrEqual(Date.parse(from(0)));
    await expect(stats({ tenant: 'acme', interval, from: from(1) })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      options: { field: 'from' },
    });
  },
);

it('GET /stats refuses a range whose end is not after its start', async () => {
  const { stats, asked } = createRowStats([]);
  const from = '2026-11-22T00:00:00Z';
  for (const to of [from, '2026-11-21T00:00:00Z']) {
    await expect(stats({ ...DAY, from, to })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  }
  expect(asked).toEqual([]);
});

it('GET /stats says how fresh it is: as_of is now minus the buffer of the lake', async () => {
  const { stats } = createRowStats([], { buffer_seconds: 90 });
  expect((await stats(DAY)).as_of).toBe('2026-11-23T10:28:30.000Z');
});

it('GET /stats answers the same query within 15 s from memory, and another query from the lake', async () => {
  const { stats, asked } = createRowStats([aRow()]);
  const first = await stats(DAY);
  await vi.advanceTimersByTimeAsync(14_900);
  expect(await stats(DAY)).toEqual(first);
  expect(asked).toHaveLength(1);
  await stats({ ...DAY, tenant: 'globex' });
  expect(asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(200);
  await stats(DAY);
  expect(asked).toHaveLength(3);
});

it('GET /stats extends the range to whole intervals, so that ranges within the same intervals share one query', async () => {
  const { stats, asked } = createRowStats([aRow()]);
  const ask = (from: string, to: string) => stats({ tenant: 'acme', interval: 'hour', from, to });
  const first = await ask('2026-11-22T07:15:00Z', '2026-11-22T09:45:00Z');
  expect(first).toMatchObject({
    from: '2026-11-22T07:00:00.000Z',
    to: '2026-11-22T10:00:00.000Z',
  });
  expect(await ask('2026-11-22T07:59:59.999Z', '2026-11-22T09:00:00.001Z')).toEqual(first);
  expect(await ask('2026-11-22T07:00:00Z', '2026-11-22T10:00:00Z')).toEqual(first);
  expect(asked).toHaveLength(1);
  await ask('2026-11-22T08:00:00Z', '2026-11-22T10:00:00Z');
  await ask('2026-11-22T07:00:00Z', '2026-11-22T10:00:00.001Z');
  expect(asked).toHaveLength(3);
});

it('GET /stats by minute extends the range to whole minutes', async () => {
  const { stats } = createRowStats([]);
  const range = { from: '2026-11-22T07:01:30Z', to: '2026-11-22T07:04:30Z' };
  expect(await stats({ tenant: 'acme', interval: 'minute', ...range })).toMatchObject({
    from: '2026-11-22T07:01:00.000Z',
    to: '2026-11-22T07:05:00.000Z',
  });
});

it('GET /stats does not keep the failure of a query', async () => {
  let is_down = true;
  const { stats } = createRowStats([], {
    query: async () => {
      if (is_down) throw new ServiceError('athena', 'Down', { retryable: true });
      return { rows: [] };
    },
  });
  await expect(stats(DAY)).rejects.toThrow('athena: Down');
  is_down = false;
  expect((await stats(DAY)).total).toBe(0);
});

it('GET /stats gives up after 20 s with a 503 that says when to retry', async () => {
  const { stats } = createRowStats([], { query: () => new Promise(() => {}) });
  const answer = stats(DAY).catch((error: unknown) => error);
  let is_over = false;
  void answer.then(() => {
    is_over = true;
  });
  await vi.advanceTimersByTimeAsync(19_900);
  expect(is_over).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(await answer).toMatchObject({ code: 'SERVICE_UNAVAILABLE', options: { retry_after: 5 } });
});

it('GET /stats runs three queries at a time', async () => {
  let running = 0;
  let most = 0;
  const { stats } = createRowStats([], {
    query: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
      return { rows: [] };
    },
  });
  const answers = Promise.all(
    Array.from({ length: 7 }, (_, i) => stats({ ...DAY, tenant: `tenant-${i}` })),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  await answers;
  expect(most).toBe(3);
});

it('GET /stats gives up after 20 s also while it waits for other queries, whose places are then free', async () => {
  const asked: string[] = [];
  const { stats } = createRowStats([], {
    query: (sql) => {
      asked.push(sql);
      return new Promise(() => {});
    },
  });
  const ask = (tenant: string) => stats({ ...DAY, tenant }).catch((error: unknown) => error);
  const answers = Promise.all(['a', 'b', 'c', 'd'].map(ask));
  await vi.advanceTimersByTimeAsync(20_000);
  for (const answer of await answers) expect(answer).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  asked.length = 0;
  void ask('e');
  await vi.advanceTimersByTimeAsync(1);
  expect(asked.join()).toContain("tenant = 'e'");
});

it('GET /stats keeps the last 200 answers, and asks anew for an older one', async () => {
  const { stats, asked } = createRowStats([]);
  const ask = (i: number) => stats({ ...DAY, tenant: `tenant-${i}` });
  for (let i = 0; i <= 200; i += 1) await ask(i);
  await ask(200);
  await ask(1);
  expect(asked).toHaveLength(201);
  await ask(0);
  expect(asked).toHaveLength(202);
});
