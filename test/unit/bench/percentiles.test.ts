import { describe, expect, it } from 'vitest';
import { median, quantile } from '../../../bench/percentiles.ts';

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  it('is the value that this share is not above, whatever the order', () => {
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 0)).toBe(1);
    expect(quantile(hundred, 1)).toBe(100);
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    expect(median(values)).toBe(2);
    expect(values).toEqual([3, 1, 2]);
  });

  it('is one of the values, however few', () => {
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([1, 9], 0.99)).toBe(9);
  });

  it('refuses to make a number of nothing', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});
