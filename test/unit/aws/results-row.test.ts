import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resultOf, rowOf } from '../../../aws/dynamodb/results/row.ts';
import type { Result } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';

/**
 * Generates names of attributes except `constructor` and `__proto__`. The function `marshall`
 * throws an error for the name `constructor`, because `marshall` then takes the object for an
 * instance of a class.
 */
const attributeName = fc
  .stringMatching(/^[A-Za-z0-9_.-]{1,64}$/)
  .filter((name) => name !== 'constructor' && name !== '__proto__');

const fields: fc.Arbitrary<Partial<Result>> = fc.record(
  {
    text: fc.string({ unit: 'grapheme' }),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    author: fc.option(fc.string(), { nil: undefined }),
    attributes: fc.option(fc.dictionary(attributeName, fc.string()), {
      nil: undefined,
    }),
    analysis_run: fc.option(fc.nat(), { nil: undefined }),
    record_version: fc.nat(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<Result>>;

it('A row equals the output of marshall, and reads back as the result', () => {
  fc.assert(
    fc.property(fields, (some) => {
      const result = aResult(some);
      const row = rowOf(result, 1_800_000_000);
      const { record_key, listing_key, created_sort, arrival_sort, expires_at, ...own } = row;
      expect(own).toEqual(marshall(result, { removeUndefinedValues: true }));
      expect(record_key).toEqual({ S: 'default#app_reviews#rev-1' });
      expect(created_sort).toEqual({ S: '2026-11-23T10:00:00.000Z#app_reviews#rev-1' });
      expect(arrival_sort).toEqual({ S: `${result.arrived_at}#app_reviews#rev-1` });
      expect(listing_key?.S).toMatch(/^default#\d{1,2}$/);
      expect(expires_at).toEqual({ N: '1800000000' });
      expect(resultOf(row)).toEqual(JSON.parse(JSON.stringify(result)));
    }),
  );
});

it('An attribute may be named like a property of every object', () => {
  const result = aResult({
    attributes: { constructor: 'Brunel', toString: 'x', length: '3' } as never,
  });
  expect(resultOf(rowOf(result, 1_800_000_000))).toEqual(result);
});
