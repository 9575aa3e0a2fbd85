import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJavaDouble } from '../../../src/services/athena/values.ts';

describe('a double, as Java writes it', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-2.5, '-2.5'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [9_999_999, '9999999.0'],
    [1e7, '1.0E7'],
    [1.25e-10, '1.25E-10'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('%d is %s', (value, text) => {
    expect(formatJavaDouble(value)).toBe(text);
  });

  it('reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Number(formatJavaDouble(value))).toBe(value);
      }),
    );
  });
});
