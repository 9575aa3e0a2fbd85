import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StampClock } from '../../../../ingest/publisher/stamp-clock.ts';

it('stamps never fall, and those of one record rise while the clock is less than a second behind', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', 'b')));
  fc.assert(
    fc.property(steps, (all) => {
      let now = 1_000;
      const clock = new StampClock(() => now);
      let last = 0;
      const of_record = new Map<string, number>();
      for (const [passed, record] of all) {
        now += passed;
        const stamp = clock.stamp(record);
        expect(stamp).toBeGreaterThanOrEqual(Math.max(last, now));
        expect(stamp).toBeGreaterThan(of_record.get(record) ?? 0);
        of_record.set(record, stamp);
        last = stamp;
      }
    }),
  );
});

it('records that are published within a millisecond have its stamp', () => {
  const clock = new StampClock(() => 7);
  expect(['a', 'b', 'c'].map((record) => clock.stamp(record))).toEqual([7, 7, 7]);
});

it('a record that is published too often within a second does not move the stamps further ahead', () => {
  const clock = new StampClock(() => 5_000);
  const stamps = Array.from({ length: 3_000 }, () => clock.stamp('a'));
  expect(stamps.at(-1)).toBe(6_000);
});
