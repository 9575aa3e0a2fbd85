import { expect, it } from 'vitest';
import {
  compareCounts,
  comparePoints,
  computeFigures,
  forecastUnits,
  groupCounts,
} from '../../../../dashboard/format/figures.ts';

const count = (POSITIVE: number, NEGATIVE: number, NEUTRAL = 0, MIXED = 0, no_verdict = 0) => ({
  total: POSITIVE + NEGATIVE + NEUTRAL + MIXED + no_verdict,
  by_sentiment: { POSITIVE, NEGATIVE, NEUTRAL, MIXED, no_verdict },
});

it('shares are of the records that have a verdict', () => {
  expect(computeFigures(count(6, 2, 1, 1, 90))).toEqual({
    records: 100,
    net: 40,
    negative: 0.2,
    positive: 0.6,
  });
});

it('records without any verdict have no shares', () => {
  expect(computeFigures(count(0, 0, 0, 0, 3))).toEqual({ records: 3 });
});

it('changes are relative for counts and in hundredths for shares, and absent without a past', () => {
  expect(compareCounts(15, 10)).toEqual({ kind: 'relative', value: 0.5 });
  expect(compareCounts(15, 0)).toBeUndefined();
  expect(comparePoints(20, 45)).toEqual({ kind: 'points', value: -25 });
  expect(comparePoints(20, undefined)).toBeUndefined();
  expect(comparePoints(undefined, 20)).toBeUndefined();
});

it('neighbouring counts are added up until few groups are left, and no record is left out', () => {
  const counts = [count(1, 0), count(0, 2), count(3, 0, 0, 0, 1), count(0, 0), count(5, 0)];
  expect(groupCounts(counts, 3)).toEqual([count(1, 2), count(3, 0, 0, 0, 1), count(5, 0)]);
  expect(groupCounts(counts, 9)).toEqual(counts);
  expect(counts[0]).toEqual(count(1, 0));
});

it('the forecast of a month goes on like its past', () => {
  expect(forecastUnits(100, '2026-11', Date.UTC(2026, 10, 16))).toBe(200);
  expect(forecastUnits(100, '2026-11', Date.UTC(2026, 11, 5))).toBe(100);
  expect(forecastUnits(7, '2026-12', Date.UTC(2026, 11, 1, 0, 30))).toBe(7);
});
