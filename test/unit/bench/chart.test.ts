import { expect, it } from 'vitest';
import { drawChart } from '../../../bench/chart.ts';
import { buildFigure, type Figure } from '../../../bench/figures.ts';
import type { Machine } from '../../../bench/machine.ts';

const MACHINE: Machine = {
  cpu: 'A<B & C',
  cores: 2,
  memory_gb: 8,
  arch: 'x64',
  node: 'v20.19.0',
  date: '2026-11-24',
};

const SHOWN = [
  'consumer.records_per_second.base',
  'consumer.usd_per_million.base',
  'consumer.cpu_ms_per_1000.base',
  'cold_start.import_ms.consumer',
  'publisher.records_per_second.stand_in',
  'quota.throttled_share.10_consumers',
];

const FIGURES: Figure[] = SHOWN.map((name) =>
  buildFigure({
    name,
    value: 1_234.5,
    unit: 'ms',
    baselines: { per_record: 617.25, floor: 0 },
    goal: { of: 'per_record', at_least: 3 },
  }),
);

function barsOf(svg: string): number[] {
  return [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
}

const svg = drawChart(MACHINE, FIGURES);

it('drawChart draws the bars of a panel in proportion to their values', () => {
  const [ours, per_record, floor] = barsOf(svg);
  expect(barsOf(svg)).toHaveLength(SHOWN.length * 3);
  expect(per_record).toBe(ours! / 2);
  expect(floor).toBe(1);
});

it('drawChart prints each value and whether the goal was missed', () => {
  expect(svg.match(/>1,235</g)).toHaveLength(SHOWN.length);
  expect(svg.match(/>617</g)).toHaveLength(SHOWN.length);
  expect(svg).toContain('2 × a call per record, goal ≥ 3 ×: missed');
});

it('drawChart escapes the name of the machine', () => {
  expect(svg).toContain('A&lt;B &amp; C, 2 cores');
  const opened = svg.match(/<(?:svg|g|text|style|title)\b/g)!.length;
  expect(svg.match(/<\/(?:svg|g|text|style|title)>/g)).toHaveLength(opened);
});

it('drawChart throws if the run lacks a figure that the chart shows', () => {
  expect(() => drawChart(MACHINE, FIGURES.slice(1))).toThrow(/consumer\.records_per_second\.base/);
});
