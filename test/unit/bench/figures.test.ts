import { expect, it } from 'vitest';
import { buildFigure } from '../../../bench/figures.ts';
import { formatReport } from '../../../bench/report.ts';

const MACHINE = {
  cpu: 'A processor',
  cores: 2,
  memory_gb: 8,
  arch: 'x64',
  node: 'v24.0.0',
  date: '2026-11-23',
};

it('buildFigure compares the value with its goal', () => {
  const measurement = { name: 'a.b', unit: 'ms', goal: { of: 'value', at_most: 10 } } as const;
  expect(buildFigure({ ...measurement, value: 10 })).toMatchObject({
    goal: 'value <= 10',
    met: true,
  });
  expect(buildFigure({ ...measurement, value: 10.1 })).toMatchObject({
    goal: 'value <= 10',
    met: false,
  });
});

it('buildFigure computes the ratio to the baseline that the goal names, not to the first one', () => {
  const measured = buildFigure({
    name: 'a.b',
    value: 30,
    unit: 'records/s',
    baselines: { per_record: 5, floor: 40 },
    goal: { of: 'floor', at_least: 0.75 },
  });
  expect(measured).toMatchObject({ ratio: 0.75, goal: 'ratio to floor >= 0.75', met: true });
  expect(measured.baselines).toEqual({ per_record: 5, powertools: null, floor: 40 });
});

it('buildFigure computes the ratio to the first measured baseline if no goal names one', () => {
  const baselines = { powertools: 4, floor: 8 };
  expect(buildFigure({ name: 'a.b', value: 2, unit: 'ms', baselines })).toMatchObject({
    ratio: 0.5,
    goal: null,
    met: null,
  });
});

it('buildFigure counts a goal as missed if its baseline was not measured or is zero', () => {
  const measurement = {
    name: 'a.b',
    value: 1,
    unit: 'ms',
    goal: { of: 'floor', at_most: 2 },
  } as const;
  expect(buildFigure(measurement)).toMatchObject({ ratio: null, met: false });
  expect(buildFigure({ ...measurement, baselines: { floor: 0 } })).toMatchObject({
    ratio: null,
    met: false,
  });
});

it('buildFigure leaves ratio and goal null without a baseline and a goal', () => {
  expect(buildFigure({ name: 'a.b', value: 1, unit: 'ms' })).toMatchObject({
    ratio: null,
    goal: null,
    met: null,
  });
});

const met = buildFigure({ name: 'a.met', value: 1, unit: 'ms', goal: { of: 'value', at_most: 2 } });
const missed = buildFigure({
  name: 'a.missed',
  value: 1_234.56,
  unit: 'ms',
  baselines: { floor: 1 },
  goal: { of: 'floor', at_most: 2 },
});
const free = buildFigure({ name: 'a.free', value: 0.123_456, unit: 'share' });

it('formatReport counts the goals and names the missed ones', () => {
  const text = formatReport(MACHINE, [met, missed, free], {});
  expect(text).toContain('1 of 2 goals met; missed: a.missed');
  expect(formatReport(MACHINE, [met], {})).toMatch(/1 of 1 goals met$/);
});

it('formatReport prints numbers with three significant digits', () => {
  const text = formatReport(MACHINE, [missed, free], { a: 'what it is' });
  expect(text).toContain('1,235 ms');
  expect(text).toContain('12.3 %');
  expect(text).toContain('1,235 × the floor');
  expect(text).toContain('≤ 2 × MISSED');
  expect(text).toContain('a  what it is');
});
