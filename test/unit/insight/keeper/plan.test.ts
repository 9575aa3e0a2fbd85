import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Batch,
  MAX_BYTES,
  MAX_DAYS,
  MAX_OBJECTS,
  planBatches,
} from '../../../../insight/keeper/plan.ts';
import type { RawObject } from '../../../../insight/keeper/ports.ts';
import { aRawObject } from '../../../contract/suites/keeper-stores.ts';

const dayOf = (number: number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
const days = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.uniqueArray(fc.integer({ min: 20_000, max: 20_010 }), {
      minLength: 1,
      maxLength: 3,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(fc.integer({ min: 7_305, max: 20_500 }), {
      minLength: 1,
      maxLength: 400,
    }),
  },
);
const state = fc.record({
  days: days.map((numbers) => numbers.map(dayOf).sort()),
  bytes: fc.oneof(
    fc.integer({ min: 1, max: 20_000_000 }),
    fc.integer({ min: 1, max: 2 * MAX_BYTES }),
  ),
  failures: fc.integer({ min: 0, max: 4 }),
});
const objects = fc
  .array(state, { maxLength: 40 })
  .map((states) => states.map((fields, i) => aRawObject({ key: `object-${i}`, ...fields })));

const pairsOf = (some: RawObject[]) =>
  some.flatMap(({ key, days: its_days }) => its_days.map((day) => `${key} ${day}`)).sort();
const mergedPairs = (batches: Batch[]) =>
  batches
    .flatMap(({ merges }) => merges)
    .flatMap((merge) => {
      const wanted = new Set(merge.days);
      return merge.objects.flatMap(({ key, days: its_days }) =>
        its_days.filter((day) => wanted.has(day)).map((day) => `${key} ${day}`),
      );
    })
    .sort();

it('each object is in one batch, and each of its days in one statement of the batch, whatever the objects', () => {
  fc.assert(
    fc.property(objects, (some) => {
      const batches = planBatches(some);
      const keys = batches.flatMap((batch) => batch.objects.map(({ key }) => key));
      expect(keys.sort()).toEqual(some.map(({ key }) => key).sort());
      expect(mergedPairs(batches)).toEqual(pairsOf(some));
    }),
  );
});

it('a statement has at most 90 days, 500 objects and 2 GiB, unless one object is larger', () => {
  fc.assert(
    fc.property(objects, (some) => {
      for (const { objects: batch, merges } of planBatches(some)) {
        const bytes = batch.reduce((sum, object) => sum + object.bytes, 0);
        expect(batch.length === 1 || bytes <= MAX_BYTES).toBe(true);
        for (const merge of merges) {
          expect(merge.days.length).toBeLessThanOrEqual(MAX_DAYS);
          expect(merge.objects.length).toBeGreaterThan(0);
          for (const object of merge.objects) {
            expect(object.days.some((day) => merge.days.includes(day))).toBe(true);
          }
        }
      }
    }),
  );
  const many = Array.from({ length: 2 * MAX_OBJECTS + 1 }, (_, i) => aRawObject({ key: `${i}` }));
  expect(planBatches(many).map((batch) => batch.objects.length)).toEqual([500, 500, 1]);
});

it('objects of the same days are merged by one statement', () => {
  const some = Array.from({ length: 20 }, (_, i) => aRawObject({ key: `${i}` }));
  expect(planBatches(some)).toEqual([
    { objects: some, merges: [{ objects: some, days: ['2026-11-26', '2026-11-27'] }] },
  ]);
});

it('an object that failed twice is merged alone', () => {
  const [first, suspect, last] = [0, 2, 1].map((failures, i) =>
    aRawObject({ key: `${i}`, failures }),
  );
  const batches = planBatches([first!, suspect!, last!]);
  expect(batches.map((batch) => batch.objects)).toEqual([[first, last], [suspect]]);
});

it('a file of reviews of ten years is merged by a statement for every 90 days', () => {
  const ten_years = Array.from({ length: 3_653 }, (_, i) => dayOf(16_801 + i));
  const [batch] = planBatches([aRawObject({ days: ten_years })]);
  expect(batch?.merges).toHaveLength(41);
});
