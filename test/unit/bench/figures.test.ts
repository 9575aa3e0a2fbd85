import { describe, expect, it } from 'vitest';
import { figure } from '../../../bench/figures.ts';
import { readable } from '../../../bench/report.ts';

const MACHINE = {
  cpu: 'A processor',
  cores: 2,
  memory_gb: 8,
  arch: 'x64',
  node: 'v24.0.0',
  date: '2026-11-23',
};

describe('figure', () => {
  it('holds the value to its goal', () => {
    const asked = { name: 'a.b', unit: 'ms', goal: { of: 'value', at_most: 10 } } as const;
    expect(figure({ ...asked, value: 10 })).toMatchObject({ goal: 'value <= 10', met: true });
    expect(figure({ ...asked, value: 10.1 })).toMatchObject({ goal: 'value <= 10', met: false });
  });

  it('holds the ratio to the baseline that the goal names, not to the first', () => {
    const measured = figure({
      name: 'a.b',
      value: 30,
      unit: 'records/s',
      baselines: { per_record: 5, floor: 40 },
      goal: { of: 'floor', at_least: 0.75 },
    });
    expect(measured).toMatchObject({ ratio: 0.75, goal: 'ratio to floor >= 0.75', met: true });
    expect(measured.baselines).toEqual({ per_record: 5, powertools: null, floor: 40 });
  });

  it('compares with the first baseline there is where no goal names one', () => {
    const baselines = { powertools: 4, floor: 8 };
    expect(figure({ name: 'a.b', value: 2, unit: 'ms', baselines })).toMatchObject({
      ratio: 0.5,
      goal: null,
      met: null,
    });
  });

  it('does not meet a goal whose baseline was not measured, or is zero', () => {
    const asked = { name: 'a.b', value: 1, unit: 'ms', goal: { of: 'floor', at_most: 2 } } as const;
    expect(figure(asked)).toMatchObject({ ratio: null, met: false });
    expect(figure({ ...asked, baselines: { floor: 0 } })).toMatchObject({
      ratio: null,
      met: false,
    });
  });

  it('has neither ratio nor goal where there is nothing to compare with', () => {
    expect(figure({ name: 'a.b', value: 1, unit: 'ms' })).toMatchObject({
      ratio: null,
      goal: null,
      met: null,
    });
  });
});

describe('readable', () => {
  const met = figure({ name: 'a.met', value: 1, unit: 'ms', goal: { of: 'value', at_most: 2 } });
  const missed = figure({
    name: 'a.missed',
    value: 1_234.56,
    unit: 'ms',
    baselines: { floor: 1 },
    goal: { of: 'floor', at_most: 2 },
  });
  const free = figure({ name: 'a.free', value: 0.123_456, unit: 'share' });

  it('counts the goals, and names those that were missed', () => {
    const text = readable(MACHINE, [met, missed, free], {});
    expect(text).toContain('1 of 2 goals met; missed: a.missed');
    expect(readable(MACHINE, [met], {})).toMatch(/1 of 1 goals met$/);
  });

  it('prints three figures of a number', () => {
    const text = readable(MACHINE, [missed, free], { a: 'what it is' });
    expect(text).toContain('1,235 ms');
    expect(text).toContain('12.3 %');
    expect(text).toContain('1,235 × the floor');
    expect(text).toContain('≤ 2 × MISSED');
    expect(text).toContain('a  what it is');
  });
});
