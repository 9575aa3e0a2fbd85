import { expect, it } from 'vitest';
import type { QuotaLedger, Rate } from '../../../../processors/analysis/ports.ts';
import { limitRate } from '../../../../processors/analysis/rate-limiter.ts';
import { lowerRate, raiseRate, slotsPerWrite } from '../../../../processors/analysis/rates.ts';
import { SlotSource } from '../../../../processors/analysis/slots.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeLedger } from '../../../fakes/quota-ledger.ts';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Creates a source of slots with a quota of 10 slots per second and a clock that the test sets. The
 * array `reserved` lists the size of each reservation, in slots.
 */
function createSlots(change: Partial<QuotaLedger> = {}) {
  const clock = { at: 1_000_000 };
  const now = () => clock.at;
  const shared = createFakeLedger(10);
  const own = shared.open(now);
  const reserved: number[] = [];
  const ledger: QuotaLedger = {
    ...own,
    async reserve(slots, latest) {
      reserved.push(slots);
      return own.reserve(slots, latest);
    },
    ...change,
  };
  // With the largest random number, a pause has its full length.
  const random = () => 1;
  const options = { ledger, quota_calls_per_second: 10, fallback_calls_per_second: 2, now, random };
  return { slots: new SlotSource(options), clock, reserved, other: shared.open(now), options };
}

it('one reservation takes a slot for each call that waits, up to slotsPerWrite, and hands them out in turn', async () => {
  const { slots, reserved, clock } = createSlots();
  const starts: number[] = [];
  for (const waiting of [4, 3, 2, 1, 100])
    starts.push((await slots.take(NEVER, waiting))!.starts_at);
  expect(starts.map((at) => at - clock.at)).toEqual([0, 100, 200, 300, 400]);
  expect(reserved).toEqual([4, slotsPerWrite(10)]);
});

it('a lot that is dropped is not used any more: the next slot is reserved anew, behind it', async () => {
  const { slots, reserved, clock } = createSlots();
  await slots.take(NEVER, 6);
  slots.dropLot();
  const next = await slots.take(NEVER, 1);
  expect(reserved).toEqual([6, 1]);
  expect(next!.starts_at - clock.at).toBe(600);
});

it('a throttle drops the slots that the process still holds', async () => {
  const { reserved, options, clock } = createSlots();
  let calls = 0;
  const { analyzer } = limitRate(
    {
      name: 'comprehend',
      version: '1',
      max_documents: 25,
      max_document_bytes: 5_000,
      supports: () => true,
      async detectSentiment() {
        calls += 1;
        const throttled = calls === 1;
        if (throttled) throw new ServiceError('comprehend', 'X', { retryable: false, throttled });
        return [];
      },
    },
    {
      ...options,
      pause: async (milliseconds) => {
        clock.at += milliseconds;
      },
    },
  );
  const first = Array.from({ length: 4 }, () =>
    analyzer.detectSentiment(['a'], 'en').catch(() => 'throttled'),
  );
  expect(await Promise.all(first)).toContain('throttled');
  // One reservation would serve all four calls if the throttle did not drop the slots.
  expect(reserved[0]).toBe(4);
  expect(reserved.length).toBeGreaterThan(1);
});

it('a slot that would start after the deadline is not taken', async () => {
  const { slots, clock, other, reserved } = createSlots();
  await other.reserve(5, NEVER);
  expect(await slots.take(clock.at + 499, 1)).toBeUndefined();
  expect((await slots.take(clock.at + 500, 1))!.starts_at).toBe(clock.at + 500);
  expect(reserved).toHaveLength(2);
});

it('slots of the past are not used in a burst', async () => {
  const { slots, clock, reserved } = createSlots();
  await slots.take(NEVER, 6);
  clock.at += 1_000;
  const next = await slots.take(NEVER, 1);
  expect(next!.starts_at).toBe(clock.at);
  expect(reserved).toEqual([6, 1]);
});

it.each([
  [1, 100],
  [500, 500],
])(
  'a slot of a lot with one slot in %d ms is used up to %d ms late, and not later',
  async (interval_ms, late_ms) => {
    for (const [delay_ms, reservations] of [
      [late_ms, 1],
      [late_ms + 1, 2],
    ] as const) {
      const sizes: number[] = [];
      const { slots, clock } = createSlots({
        reserve: async (count) => {
          sizes.push(count);
          const shared = { calls_per_second: 1_000 / interval_ms, refused_at: 1_000 };
          return { count, starts_at: clock.at, interval_ms, rate: shared, rate_changed_at: 0 };
        },
      });
      await slots.take(NEVER, 2);
      clock.at += interval_ms + delay_ms;
      await slots.take(NEVER, 1);
      expect(sizes, `${delay_ms} ms late`).toHaveLength(reservations);
    }
  },
);

it('a ledger that fails is left alone for a second, and the slots meanwhile are a fixed share', async () => {
  let reservations = 0;
  const { slots, clock } = createSlots({
    reserve: async () => {
      reservations += 1;
      throw new ServiceError('dynamodb', 'Down', { retryable: true });
    },
  });
  const started = clock.at;
  const starts: number[] = [];
  for (let i = 0; i < 3; i += 1) starts.push((await slots.take(NEVER, 1))!.starts_at - started);
  expect(starts).toEqual([0, 500, 1_000]);
  expect(reservations).toBe(1);
  clock.at += 999;
  await slots.take(NEVER, 1);
  expect(reservations).toBe(1);
  clock.at += 1;
  await slots.take(NEVER, 1);
  expect(reservations).toBe(2);
  expect(slots.ledger_errors).toBe(2);
});

it('a ledger that goes on failing is left alone twice as long each time, up to 32 seconds, with random differences', async () => {
  const attempts: number[] = [];
  const { options, clock } = createSlots({
    reserve: async () => {
      attempts.push(clock.at);
      throw new ServiceError('dynamodb', 'Down', { retryable: true });
    },
  });
  const run = async (random: number) => {
    attempts.length = 0;
    const slots = new SlotSource({ ...options, random: () => random });
    for (let i = 0; i < 1_500; i += 1) {
      await slots.take(NEVER, 1);
      clock.at += 100;
    }
    return attempts.slice(1).map((at, i) => (at - attempts[i]!) / 1_000);
  };
  expect(await run(1)).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
  expect((await run(0)).slice(0, 7)).toEqual([0.5, 1, 2, 4, 8, 16, 16]);
});

it('the pauses of a ledger start again at a second once it has worked', async () => {
  const attempts: number[] = [];
  let fails = true;
  const { slots, clock } = createSlots({
    reserve: async () => {
      attempts.push(clock.at);
      if (fails) throw new ServiceError('dynamodb', 'Down', { retryable: true });
      const rate = { calls_per_second: 10, refused_at: 10 };
      return { count: 1, starts_at: clock.at, interval_ms: 100, rate, rate_changed_at: 0 };
    },
  });
  const takeUntil = async (count: number) => {
    for (; attempts.length < count; clock.at += 100) await slots.take(NEVER, 1);
  };
  await takeUntil(4);
  fails = false;
  await takeUntil(5);
  fails = true;
  await takeUntil(7);
  const pauses = attempts.slice(1).map((at, i) => at - attempts[i]!);
  expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(pauses.at(-1)).toBe(1_000);
});

it('a fallback slot after the deadline is not taken', async () => {
  const down = new ServiceError('dynamodb', 'Down', { retryable: true });
  const { slots, clock } = createSlots({ reserve: async () => Promise.reject(down) });
  await slots.take(clock.at, 1);
  expect(await slots.take(clock.at + 499, 1)).toBeUndefined();
  expect((await slots.take(clock.at + 500, 1))!.starts_at).toBe(clock.at + 500);
});

it('a bug in the ledger is thrown, not counted as an outage', async () => {
  const bug = new TypeError('This is a bug');
  const { slots } = createSlots({
    reserve: async () => Promise.reject(bug),
    change: async () => Promise.reject(bug),
  });
  await expect(slots.take(NEVER, 1)).rejects.toBe(bug);
  const rate = { calls_per_second: 10, refused_at: 10 };
  await expect(slots.changeRate(rate, rate, 1_000)).rejects.toBe(bug);
  expect(slots.ledger_errors).toBe(0);
});

it('a change of the rate that the ledger does not take is counted, and fails no call', async () => {
  const down = new ServiceError('dynamodb', 'Down', { retryable: true });
  const { slots } = createSlots({ change: async () => Promise.reject(down) });
  const from = { calls_per_second: 10, refused_at: 10 };
  await slots.changeRate(from, { calls_per_second: 8, refused_at: 10 }, 1_000);
  expect(slots.ledger_errors).toBe(1);
});

it('a change of the rate names the rate it is based on, the new one, and how long the old one must have held', async () => {
  const changes: unknown[][] = [];
  const { slots } = createSlots({ change: async (...args) => void changes.push(args) });
  const to = { calls_per_second: 8, refused_at: 10 };
  await slots.changeRate({ calls_per_second: 10, refused_at: 10 }, to, 1_000);
  expect(changes).toEqual([[10, to, 1_000]]);
});

it('at a low rate a slot may be used until the next one starts', async () => {
  const rate = { calls_per_second: 2, refused_at: 2 };
  const sizes: number[] = [];
  const { slots, clock } = createSlots({
    reserve: async (count) => {
      sizes.push(count);
      return { count, starts_at: clock.at, interval_ms: 500, rate, rate_changed_at: 0 };
    },
  });
  const started = clock.at;
  await slots.take(NEVER, 2);
  clock.at += 900;
  expect((await slots.take(NEVER, 1))!.starts_at).toBe(started + 500);
  expect(sizes).toEqual([2]);
});

it('a slot of the lot that starts exactly at the deadline is taken', async () => {
  const { slots, clock, reserved } = createSlots();
  await slots.take(NEVER, 3);
  expect((await slots.take(clock.at + 100, 1))!.starts_at).toBe(clock.at + 100);
  expect(reserved).toEqual([3]);
});

it('a reservation is as large as the shared rate allows, not the quota', async () => {
  const shared = { calls_per_second: 1_000, refused_at: 1_000 };
  const sizes: number[] = [];
  const { slots, clock } = createSlots({
    reserve: async (count) => {
      sizes.push(count);
      return { count, starts_at: clock.at, interval_ms: 1, rate: shared, rate_changed_at: 0 };
    },
  });
  await slots.take(NEVER, 50);
  slots.dropLot();
  await slots.take(NEVER, 50);
  expect(sizes).toEqual([slotsPerWrite(10), slotsPerWrite(1_000)]);
});

it('a slot without the ledger has the last shared rate, which counts as just changed so that it is not raised', async () => {
  const down = new ServiceError('dynamodb', 'Down', { retryable: true });
  const shared = { calls_per_second: 4, refused_at: 5 };
  let is_down = false;
  const { slots, clock } = createSlots({
    reserve: async () => {
      if (is_down) throw down;
      return { count: 1, starts_at: clock.at, interval_ms: 250, rate: shared, rate_changed_at: 0 };
    },
  });
  await slots.take(NEVER, 1);
  is_down = true;
  expect(await slots.take(NEVER, 1)).toEqual({
    count: 1,
    starts_at: clock.at,
    interval_ms: 500,
    rate: shared,
    rate_changed_at: clock.at,
    is_fallback: true,
  });
});

const rate = (calls_per_second: number, refused_at = calls_per_second): Rate => ({
  calls_per_second,
  refused_at,
});

it('a throttle lowers the rate by a fifth, to a twentieth of the quota at least', () => {
  expect(lowerRate(rate(100), 100)).toEqual({ calls_per_second: 80, refused_at: 100 });
  expect(lowerRate(rate(6), 100)).toEqual({ calls_per_second: 5, refused_at: 6 });
});

it('the rate rises quickly to just below the rate that was refused, slowly around it, and quickly beyond', () => {
  expect(raiseRate(rate(50, 80), 100).calls_per_second).toBe(60);
  expect(raiseRate(rate(74, 80), 100).calls_per_second).toBe(76);
  expect(raiseRate(rate(76, 80), 100).calls_per_second).toBe(76.5);
  expect(raiseRate(rate(84, 80), 100).calls_per_second).toBe(94);
  expect(raiseRate(rate(98, 80), 100)).toEqual({ calls_per_second: 100, refused_at: 80 });
});

it.each([
  [10, 6],
  [600, 6],
  [601, 7],
  [2_000, 20],
])('at %d calls a second a write takes at most %d slots', (calls_per_second, slots) => {
  expect(slotsPerWrite(calls_per_second)).toBe(slots);
});

it('a lot that the ledger has made smaller has only the slots that were taken', async () => {
  const rate = { calls_per_second: 10, refused_at: 10 };
  const asked: number[] = [];
  const { slots, clock } = createSlots({
    reserve: async (wanted) => {
      asked.push(wanted);
      return { count: 2, starts_at: clock.at, interval_ms: 100, rate, rate_changed_at: 0 };
    },
  });
  for (let i = 0; i < 3; i += 1) await slots.take(NEVER, 6);
  expect(asked).toEqual([6, 6]);
});
