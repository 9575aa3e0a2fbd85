import { expect, it } from 'vitest';
import { buildFigure, type Measurement } from '../../../bench/figures.ts';
import { buildSummary, fillPage } from '../../../bench/summary.ts';

it('fillPage replaces the text between its marks, and can do so again', () => {
  const page = 'a\n<!-- one -->\nold\n<!-- /one -->\nb';
  const once = fillPage(page, { one: 'costs $1 & $&' });
  expect(once).toBe('a\n<!-- one -->\ncosts $1 & $&\n<!-- /one -->\nb');
  expect(fillPage(once, { one: 'costs $1 & $&' })).toBe(once);
});

it('fillPage throws if the page lacks the marks', () => {
  expect(() => fillPage('nothing', { one: '' })).toThrow('one');
});

const LOADS = ['base', 'distinct'];
const FLOOR = { of: 'floor', at_most: 2 } as const;

/**
 * Creates every figure that the page shows.
 * @param cpu CPU time of each load, in milliseconds per 1,000 records
 */
function createFigures(cpu: number[]) {
  const measured: Measurement[] = [
    ...LOADS.map((load, i): Measurement => {
      const name = `consumer.cpu_ms_per_1000.${load}`;
      return { name, value: cpu[i]!, unit: 'ms', baselines: { floor: 100 }, goal: FLOOR };
    }),
    ...['calls_per_1000', 'requests_to_least'].map((metric): Measurement => {
      const name = `consumer.${metric}.base`;
      return { name, value: 1, unit: 'calls', baselines: { floor: 1 }, goal: FLOOR };
    }),
    ...[1, 10, 100].flatMap((scale) =>
      [
        'row_p50',
        'row_p99',
        'lake_p50',
        'lake_p99',
        'records_per_second',
        'requests_per_record',
      ].map(
        (metric): Measurement => ({
          name: `end_to_end.${metric}.load_${scale}`,
          value: 1_234 * scale,
          unit: 'ms',
        }),
      ),
    ),
    ...OTHERS.map(([name, unit]): Measurement => {
      return { name, value: 0.5, unit, baselines: { floor: 1 }, goal: { of: 'value', at_most: 1 } };
    }),
  ];
  return measured.map(buildFigure);
}

const OTHERS: [name: string, unit: string][] = [
  ['consumer.call_fill.steady', 'share of 25 documents'],
  ['quota.call_fill.stream', 'share of 25 documents'],
  ['quota.documents_share.stream', 'share'],
  ['quota.requests_to_least.stream', '×'],
  ['quota.share_used.1_consumer', 'share'],
  ['quota.throttled_share.1_consumer', 'share'],
  ['consumer.records_per_second.base', 'records/s'],
  ['consumer.records_per_second_to_powertools.base', 'records/s'],
  ['consumer.usd_per_million.base', 'USD'],
  ['api.function_hit_p99.10_callers', 'ms'],
  ['api.hit_p99.10_callers', 'ms'],
  ['cold_start.bundle_bytes.consumer', 'bytes'],
  ['cold_start.import_ms.consumer', 'ms'],
  ['end_to_end.growth', 'ratio'],
  ['end_to_end.records_per_second_lifted.load_100', 'records/s'],
  ['publisher.records_per_second.stand_in', 'records/s'],
  ['publisher.calls_per_record.stand_in', 'calls'],
  ['memory.peak_rss.consumer.records_10000', 'bytes'],
  ['memory.peak_rss.submission.mb_1000', 'bytes'],
  ['memory.peak_rss.producer.mb_1000', 'bytes'],
  ['plan.error_of_usd.base', 'share'],
  ['insight.overview_p99.7_days', 'ms'],
  ['insight.stats_p99.7_days', 'ms'],
  ['insight.counts_after_row_max', 'ms'],
  ['insight.query_freshness_max', 'ms'],
  ['insight.records_per_second_lifted', 'records/s'],
];

it('buildSummary shows the range over all loads, and a goal as met only if each load meets it', () => {
  const row = (cpu: number[]) =>
    buildSummary(createFigures(cpu))
      .goals!.split('\n')
      .find((line) => line.includes('CPU per record'));
  expect(row([110, 190])).toBe(
    "| CPU per record, to the floor's; any load | ≤ 2 × | 1.1 × to 1.9 × | met |",
  );
  expect(row([110, 210])).toContain('| 1.1 × to 2.1 × | **missed** |');
});

it('buildSummary shows the units of the figures', () => {
  const { goals, end_to_end } = buildSummary(createFigures([1, 1]));
  expect(goals).toContain('| ≤ 100 % | 50 % | met |');
  expect(end_to_end).toContain('| 5,000 | 123.4, 123.4 s |');
});

it('buildSummary throws if the run lacks a figure that the page shows', () => {
  const some = createFigures([1, 1]).filter(({ name }) => name !== 'end_to_end.growth');
  expect(() => buildSummary(some)).toThrow('end_to_end.growth');
});
