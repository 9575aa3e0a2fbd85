import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatJavaDouble } from '../../../src/services/athena/values.ts';

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
])('the double %d is formatted as %s', (value, text) => {
  expect(formatJavaDouble(value)).toBe(text);
});

it('a formatted double is parsed as the same number', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(Number(formatJavaDouble(value))).toBe(value);
    }),
  );
});
