import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRow, resultOf } from '../../../aws/dynamodb/results/row.ts';
import { hashContent, type Result } from '../../../schemas/index.ts';
import { aResult, asStored, rowFor } from '../../support/results.ts';

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
    record_version: fc.option(fc.nat(), { nil: undefined }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<Result>>;

it('A row equals the output of marshall, and reads back as the result', () => {
  fc.assert(
    fc.property(fields, (some) => {
      const result = aResult(some);
      const row = rowFor(result, 1_800_000_000);
      const { record_key, listing_key, created_sort, arrival_sort, expires_at, ...others } = row;
      const { place, content_hash, is_version_given, ...own } = others;
      expect(own).toEqual(marshall(asStored(result), { removeUndefinedValues: true }));
      expect([place, content_hash]).toEqual([{ S: '0' }, { S: hashContent(result) }]);
      expect(is_version_given).toEqual({ BOOL: result.record_version !== undefined });
      expect(record_key).toEqual({ S: 'default#app_reviews#rev-1' });
      expect(created_sort).toEqual({ S: '2026-11-23T10:00:00.000Z#app_reviews#rev-1' });
      expect(arrival_sort).toEqual({ S: `${result.arrived_at}#app_reviews#rev-1` });
      expect(listing_key?.S).toMatch(/^default#\d{1,2}$/);
      expect(expires_at).toEqual({ N: '1800000000' });
      expect(resultOf(row)).toEqual(JSON.parse(JSON.stringify(asStored(result))));
    }),
  );
});

it('An attribute may be named like a property of every object', () => {
  const result = aResult({
    attributes: { constructor: 'Brunel', toString: 'x', length: '3' } as never,
  });
  expect(resultOf(rowFor(result))).toEqual(asStored(result));
});

it('A row reads back with its order and its expiry', () => {
  for (const record_version of [undefined, 3]) {
    const result = aResult({ record_version, analysis_run: 7 });
    const item = rowFor(result, 1_800_000_000);
    expect(readRow(item)).toEqual({
      item,
      result: JSON.parse(JSON.stringify(asStored(result))),
      order: {
        ...{ record_version, stamp: result.stamp, place: '0', analysis_run: 7 },
        content_hash: hashContent(result),
        is_version_given: record_version !== undefined,
      },
      expires_at: 1_800_000_000,
    });
  }
});
