import { expect, it } from 'vitest';
import { snapPeriod, stackLayers } from '../../../../dashboard/chart/stack.ts';

const at = (start: string, [NEGATIVE, MIXED, NEUTRAL, POSITIVE, no_verdict]: number[]) => ({
  start: `2026-11-28T${start}:00.000Z`,
  total: NEGATIVE! + MIXED! + NEUTRAL! + POSITIVE! + no_verdict!,
  withdrawn: 0,
  by_sentiment: {
    NEGATIVE: NEGATIVE!,
    MIXED: MIXED!,
    NEUTRAL: NEUTRAL!,
    POSITIVE: POSITIVE!,
    no_verdict: no_verdict!,
  },
});

it('layers are stacked with the negative ones on the axis, and the highest sums come first', () => {
  const { starts, sums } = stackLayers(
    [at('10:00', [1, 2, 3, 4, 5]), at('11:00', [1, 0, 0, 1, 0])],
    [],
  );
  expect(starts.map((start) => new Date(start * 1_000).toISOString())).toEqual([
    '2026-11-28T10:00:00.000Z',
    '2026-11-28T11:00:00.000Z',
  ]);
  expect(sums).toEqual([
    [15, 2],
    [10, 2],
    [6, 1],
    [3, 1],
    [1, 1],
  ]);
});

it('the ghost line has the totals of the period before, and is absent if there were none', () => {
  const now = [at('10:00', [1, 0, 0, 0, 0]), at('11:00', [1, 0, 0, 0, 0])];
  expect(stackLayers(now, [at('08:00', [0, 0, 0, 7, 0])]).ghost).toEqual([7, null]);
  expect(stackLayers(now, [at('08:00', [0, 0, 0, 0, 0])]).ghost).toEqual([null, null]);
});

const STARTS = [0, 60, 120, 180];

it('a chosen part is extended to whole intervals, and stays within the chart', () => {
  expect(snapPeriod([70, 130], STARTS)).toEqual({ from: 60_000, to: 180_000 });
  expect(snapPeriod([-500, 9_000], STARTS)).toEqual({ from: 0, to: 240_000 });
  expect(snapPeriod([60, 120], STARTS)).toEqual({ from: 60_000, to: 120_000 });
});

it('a click, and a chart of one interval, choose no part', () => {
  expect(snapPeriod([70, 80], STARTS)).toBeUndefined();
  expect(snapPeriod([0, 60], [0])).toBeUndefined();
});
