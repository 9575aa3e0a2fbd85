import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextGuaranteed, planLot, sharedIntervalMs } from '../../../aws/dynamodb/quota/bulk-lot.ts';

const rates = fc.double({ min: 0.05, max: 10_000, noNaN: true });
const wanted = fc.integer({ min: 1, max: 1_000 });

it('a bulk lot and the time before it are at most 200 ms, unless one call alone takes longer', () => {
  fc.assert(
    fc.property(rates, wanted, (calls_per_second, slots) => {
      const lot = planLot(slots, calls_per_second);
      expect(lot.slots).toBeLessThanOrEqual(slots);
      expect(lot.span_ms).toBeCloseTo(lot.slots * lot.interval_ms);
      if (calls_per_second >= 7.5) expect(lot.span_ms + lot.ahead_ms).toBeLessThanOrEqual(200.001);
      else expect(lot).toMatchObject({ slots: 1 });
    }),
  );
});

it('a bulk lot has at least one slot, and as many as are wanted if they fit into 100 ms', () => {
  expect(planLot(1, 0.1)).toMatchObject({ slots: 1, plan_ms: 9_000, ahead_ms: 50 });
  expect(planLot(9, 1_000)).toMatchObject({ slots: 9, span_ms: 10, plan_ms: 8.1, ahead_ms: 190 });
  expect(planLot(500, 1_000)).toMatchObject({ slots: 90, span_ms: 100 });
});

it('the slots that live and bulk share have nine tenths of the rate while bulk waits, and all of it otherwise', () => {
  expect(sharedIntervalMs(9, true)).toBeCloseTo(1_000 / 8.1);
  expect(sharedIntervalMs(9, false)).toBeCloseTo(1_000 / 9);
});

it('the guaranteed lots have a tenth of the rate, and at most one of them is saved up', () => {
  const next = (due_at: number, at: number) =>
    nextGuaranteed({ due_at, at, slots: 2, calls_per_second: 10 });
  expect(next(1_000, 1_000)).toBe(3_000);
  expect(next(1_000, 950)).toBe(3_000);
  expect(next(1_000, 2_900)).toBe(3_000);
  expect(next(0, 100_000)).toBe(100_000);
});
