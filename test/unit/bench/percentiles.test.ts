import { expect, it } from 'vitest';
import { computeMedian, computeQuantile } from '../../../bench/percentiles.ts';

const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

it('computeQuantile returns the nearest rank, in whatever order the values are', () => {
  expect(computeQuantile(hundred, 0.5)).toBe(50);
  expect(computeQuantile(hundred, 0.99)).toBe(99);
  expect(computeQuantile(hundred, 0)).toBe(1);
  expect(computeQuantile(hundred, 1)).toBe(100);
});

it('computeMedian leaves the values in their order', () => {
  const values = [3, 1, 2];
  expect(computeMedian(values)).toBe(2);
  expect(values).toEqual([3, 1, 2]);
});

it('computeQuantile returns one of the values, however few they are', () => {
  expect(computeQuantile([7], 0.99)).toBe(7);
  expect(computeQuantile([1, 9], 0.99)).toBe(9);
});

it('computeQuantile throws if there are no values', () => {
  expect(() => computeQuantile([], 0.5)).toThrow(RangeError);
});
