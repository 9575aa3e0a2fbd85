import { expect, it } from 'vitest';
import type { OverviewQuery } from '../../../../api/ports.ts';
import { createOverview, type OverviewDeps } from '../../../../api/stats/overview.ts';
import type { BucketsQuery } from '../../../../insight/counts/read.ts';
import { overviewResponseSchema } from '../../../../schemas/index.ts';
import { aJob } from '../../../support/jobs.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 30);
const DAY = 86_400_000;
const QUERY: OverviewQuery = { tenant: 'acme', time: 'created_at' };
const BUDGET = {
  ...{ tenant: 'acme', month: '2026-11', budget_units: 9, used_units: 3, remaining_units: 6 },
  ...{ resets_at: '2026-12-01T00:00:00.000Z', exceeded: false, deployment_exceeded: false },
};

function createTestOverview(deps: Partial<OverviewDeps> = {}) {
  const asked: BucketsQuery[] = [];
  const overview = createOverview({
    async read_spans(query) {
      asked.push(query);
      const is_before = query.to < NOW - DAY / 2;
      const measures = is_before ? { 'n.en.pos': 4 } : { 'n.en.pos': 7, 'n.de.neg': 1 };
      return [[{ start_ms: query.from, source: 'tour', measures, changed_at: NOW }]];
    },
    usd_per_unit: 1,
    now: () => NOW,
    read_budget_use: async () => BUDGET,
    read_bulk_load: async () => ({
      ...{ lag_ms: 5, records_per_second: 100, batch_ms: 1, reported_at: NOW, is_saturated: true },
    }),
    list_jobs: async () => [],
    ...deps,
  });
  return { overview, asked };
}

it('GET /overview has the counts of a day and of the day before, by default', async () => {
  const { overview } = createTestOverview();
  const answer = overviewResponseSchema.parse(await overview(QUERY));
  expect(answer).toMatchObject({
    ...{ from: '2026-11-22T10:00:00.000Z', to: '2026-11-23T11:00:00.000Z', interval: 'hour' },
    ...{ total: 8, budget: BUDGET },
    by_source: [{ source: 'tour', total: 8, previous_total: 4 }],
    by_language: [
      { language_code: 'en', total: 7, previous_total: 4 },
      { language_code: 'de', total: 1, previous_total: 0 },
    ],
    previous: { from: '2026-11-21T09:00:00.000Z', to: '2026-11-22T10:00:00.000Z', total: 4 },
    pipeline: {
      ...{ bulk_lag_ms: 5, bulk_records_per_second: 100 },
      bulk_reported_at: '2026-11-23T10:30:00.000Z',
    },
  });
  expect(answer.previous.over_time).toHaveLength(answer.over_time.length);
});

it.each([
  ['2026-11-23T09:00:00Z', 'minute'],
  ['2026-11-23T07:29:00Z', 'hour'],
  ['2026-10-23T10:30:00Z', 'hour'],
  ['2026-10-23T10:29:00Z', 'day'],
] as const)('GET /overview from %s until now is by %s', async (from, interval) => {
  const { overview, asked } = createTestOverview();
  expect((await overview({ ...QUERY, from })).interval).toBe(interval);
  expect(asked.map((query) => query.interval)).toEqual([interval, interval]);
  expect(asked[1]?.to).toBe(asked[0]?.from);
});

it('GET /overview of a short range long ago is by hour, because minutes are no longer kept', async () => {
  const { overview } = createTestOverview();
  const range = { from: '2026-11-21T14:00:00Z', to: '2026-11-21T16:00:00Z' };
  expect((await overview({ ...QUERY, ...range })).interval).toBe('hour');
});

it('GET /overview filters both periods', async () => {
  const { overview } = createTestOverview();
  const { total, previous } = await overview({ ...QUERY, language: 'de' });
  expect([total, previous.total]).toEqual([1, 0]);
});

it('GET /overview lists the open jobs among the newest 50', async () => {
  const asked: unknown[] = [];
  const { overview } = createTestOverview({
    list_jobs: async (...query) => {
      asked.push(query);
      return [
        aJob({ job_id: 'job_1', status: 'PROCESSING', total: 5 }),
        aJob({ job_id: 'job_2', status: 'COMPLETED' }),
        aJob({ job_id: 'job_3', status: 'PENDING', total: undefined }),
      ];
    },
  });
  const { open_jobs } = overviewResponseSchema.parse(await overview(QUERY));
  expect(open_jobs).toMatchObject([
    { job_id: 'job_1', status: 'PROCESSING', total: 5 },
    { job_id: 'job_3', status: 'PENDING', total: 0 },
  ]);
  expect(asked).toEqual([['acme', 50]]);
});

it('GET /overview of a bulk stream without reports has no throughput', async () => {
  const { overview } = createTestOverview({
    read_bulk_load: async () => ({
      ...{ lag_ms: 0, records_per_second: undefined, batch_ms: 0, reported_at: 0 },
      is_saturated: false,
    }),
  });
  expect((await overview(QUERY)).pipeline).toEqual({
    ...{ bulk_lag_ms: 0, bulk_records_per_second: null, bulk_reported_at: null },
  });
});
