import { describe, expect, it } from 'vitest';
import { figure, type Measured } from '../../../bench/figures.ts';
import { filled, summary } from '../../../bench/summary.ts';

describe('a page', () => {
  it('is filled between its marks, and again', () => {
    const page = 'a\n<!-- one -->\nold\n<!-- /one -->\nb';
    const once = filled(page, { one: 'costs $1 & $&' });
    expect(once).toBe('a\n<!-- one -->\ncosts $1 & $&\n<!-- /one -->\nb');
    expect(filled(once, { one: 'costs $1 & $&' })).toBe(once);
  });

  it('without the place is not filled', () => {
    expect(() => filled('nothing', { one: '' })).toThrow('one');
  });
});

const LOADS = ['base', 'distinct'];
const FLOOR = { of: 'floor', at_most: 2 } as const;

/** A run with every figure that the page shows. `cpu` has a value for each load. */
function figures(cpu: number[]) {
  const measured: Measured[] = [
    ...LOADS.map((load, i): Measured => {
      const name = `consumer.cpu_ms_per_1000.${load}`;
      return { name, value: cpu[i]!, unit: 'ms', baselines: { floor: 100 }, goal: FLOOR };
    }),
    ...['calls_per_1000', 'requests_to_least'].map((what): Measured => {
      const name = `consumer.${what}.base`;
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
        (what): Measured => ({
          name: `end_to_end.${what}.load_${scale}`,
          value: 1_234 * scale,
          unit: 'ms',
        }),
      ),
    ),
    ...OTHERS.map(([name, unit]): Measured => {
      return { name, value: 0.5, unit, baselines: { floor: 1 }, goal: { of: 'value', at_most: 1 } };
    }),
  ];
  return measured.map(figure);
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
];

describe('what is shown of a run', () => {
  it('is the range over all loads, met only where each of them is', () => {
    const row = (cpu: number[]) =>
      summary(figures(cpu))
        .goals!.split('\n')
        .find((line) => line.includes('CPU of a record'));
    expect(row([110, 190])).toBe(
      "| CPU of a record to the floor's, any load | ≤ 2 × | 1.1 × to 1.9 × | met |",
    );
    expect(row([110, 210])).toContain('| 1.1 × to 2.1 × | **missed** |');
  });

  it('has the units of its figures', () => {
    const { goals, end_to_end } = summary(figures([1, 1]));
    expect(goals).toContain('| ≤ 100 % | 50 % | met |');
    expect(end_to_end).toContain('| 5,000 | 123.4, 123.4 s |');
  });

  it('is not made of a run that has not measured it', () => {
    const some = figures([1, 1]).filter(({ name }) => name !== 'end_to_end.growth');
    expect(() => summary(some)).toThrow('end_to_end.growth');
  });
});
