import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Analyzer, QuotaLedger, Rate } from '../../../../processors/analysis/ports.ts';
import { limitRate } from '../../../../processors/analysis/rate-limiter.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeLedger } from '../../../fakes/quota-ledger.ts';
import { createRandom } from '../../../support/random.ts';

/** Creates a virtual clock that advances only when all callers wait. */
function virtualTime() {
  let at = Date.UTC(2026, 10, 23);
  const waiting: { until: number; resume: () => void }[] = [];
  return {
    now: () => at,
    pause: (milliseconds: number) =>
      new Promise<void>((resume) => waiting.push({ until: at + milliseconds, resume })),
    async run(until: number): Promise<void> {
      for (;;) {
        // Let each caller run until the caller waits for the clock again.
        await new Promise((resolve) => setImmediate(resolve));
        waiting.sort((a, b) => a.until - b.until);
        const [next] = waiting;
        if (next === undefined || next.until > until) return;
        waiting.shift();
        at = Math.max(at, next.until);
        next.resume();
      }
    },
  };
}

/**
 * Creates a fake of Comprehend with a token bucket. The bucket holds as many calls as the quota
 * allows in one second.
 */
function throttledAnalyzer(time: { now: () => number }, quota: () => number) {
  let tokens = quota();
  let filled_at = time.now();
  const counts = { calls: 0, throttled: 0 };
  const analyzer: Analyzer = {
    name: 'comprehend',
    version: '1',
    max_documents: 25,
    max_document_bytes: 5_000,
    supports: () => true,
    async detectSentiment() {
      const now = time.now();
      tokens = Math.min(quota(), tokens + ((now - filled_at) / 1_000) * quota());
      filled_at = now;
      counts.calls += 1;
      if (tokens < 1) {
        counts.throttled += 1;
        const more = { retryable: true, throttled: true };
        throw new ServiceError('comprehend', 'ThrottlingException', more);
      }
      tokens -= 1;
      return [];
    },
  };
  return { analyzer, counts };
}

/** Wraps the analyzer in the rate limiter of one consumer. */
function limitToQuota(
  analyzer: Analyzer,
  given: {
    time: ReturnType<typeof virtualTime>;
    ledger: ReturnType<typeof createFakeLedger>;
    quota: number;
  },
) {
  const { now, pause } = given.time;
  return limitRate(analyzer, {
    ledger: given.ledger.open(now),
    quota_calls_per_second: given.quota,
    fallback_calls_per_second: 1,
    now,
    pause,
    random: createRandom(1).next,
  });
}

describe('the rate limiter', () => {
  it('uses the quota fairly and with almost no throttles, with any number of consumers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.constantFrom(10, 50, 400),
        // Each clock differs from the true time by at most 100 ms. The rate limiter must still use
        // the quota. A consumer with a fast clock gets slightly more calls, so the test checks
        // fairness only with equal clocks.
        fc.oneof(
          fc.constant(Array.from({ length: 10 }, () => 0)),
          fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 10, maxLength: 10 }),
        ),
        async (consumers, quota, skews) => {
          const time = virtualTime();
          const seconds = 30;
          const end = time.now() + seconds * 1_000;
          const ledger = createFakeLedger(quota);
          const { analyzer, counts } = throttledAnalyzer(time, () => quota);
          const own = Array.from({ length: consumers }, () => 0);
          for (let i = 0; i < consumers; i += 1) {
            const now = () => time.now() + skews[i]!;
            const { analyzer: mine } = limitRate(analyzer, {
              ledger: ledger.open(now),
              quota_calls_per_second: quota,
              fallback_calls_per_second: 1,
              now,
              pause: time.pause,
            });
            const caller = async () => {
              while (time.now() < end) {
                await mine.detectSentiment(['a'], 'en').catch(() => undefined);
                own[i]! += 1;
              }
            };
            for (let in_flight = 0; in_flight < 4; in_flight += 1) void caller();
          }
          await time.run(end);
          expect((counts.calls - counts.throttled) / (quota * seconds)).toBeGreaterThan(0.95);
          expect(counts.throttled / counts.calls).toBeLessThan(0.01);
          const is_skewed = skews.some((skew) => skew !== 0);
          if (is_skewed) return;
          // One lot has the slots of the four calls in flight.
          const most = Math.max(...own);
          expect(most - Math.min(...own)).toBeLessThanOrEqual(Math.max(4, 0.1 * most));
        },
      ),
      { numRuns: 20 },
    );
  }, 60_000);

  it('uses a large quota fully with many consumers that have few calls in flight each', async () => {
    const time = virtualTime();
    const started = time.now();
    const [quota, consumers] = [2_000, 240];
    const ledger = createFakeLedger(quota);
    const { analyzer, counts } = throttledAnalyzer(time, () => quota);
    const slow: Analyzer = {
      ...analyzer,
      async detectSentiment(documents, language_code) {
        const outcomes = await analyzer.detectSentiment(documents, language_code);
        await time.pause(80);
        return outcomes;
      },
    };
    for (let i = 0; i < consumers; i += 1) {
      const { analyzer: mine } = limitToQuota(slow, { time, ledger, quota });
      const caller = async () => {
        while (time.now() < started + 5_000) {
          await mine.detectSentiment(['a'], 'en').catch(() => undefined);
        }
      };
      for (let in_flight = 0; in_flight < 4; in_flight += 1) void caller();
    }
    await time.run(started + 5_000);
    expect((counts.calls - counts.throttled) / (quota * 5)).toBeGreaterThan(0.95);
    expect(counts.throttled / counts.calls).toBeLessThan(0.01);
  }, 60_000);

  it('makes a new consumer with one call wait for a few calls only of a busy one', async () => {
    const time = virtualTime();
    const started = time.now();
    const ledger = createFakeLedger(10);
    const { analyzer } = throttledAnalyzer(time, () => 10);
    const aConsumer = () => limitToQuota(analyzer, { time, ledger, quota: 10 }).analyzer;
    const busy = aConsumer();
    for (let i = 0; i < 100; i += 1) void busy.detectSentiment(['a'], 'en');
    await time.run(started + 2_000);
    const asked_at = time.now();
    const waited = aConsumer()
      .detectSentiment(['b'], 'en')
      .then(() => time.now() - asked_at);
    await time.run(started + 5_000);
    expect(await waited).toBeLessThanOrEqual(500);
  });

  it('lowers the rate for a service with less capacity than its quota, and raises it again later', async () => {
    const time = virtualTime();
    const started = time.now();
    const ledger = createFakeLedger(10);
    const bears = () => (time.now() < started + 60_000 ? 5 : 10);
    const { analyzer, counts } = throttledAnalyzer(time, bears);
    const { analyzer: mine, stats } = limitToQuota(analyzer, { time, ledger, quota: 10 });
    const caller = async () => {
      while (time.now() < started + 120_000) {
        await mine.detectSentiment(['a'], 'en').catch(() => undefined);
      }
    };
    for (let i = 0; i < 4; i += 1) void caller();
    await time.run(started + 60_000);
    expect((counts.calls - counts.throttled) / 300).toBeGreaterThan(0.85);
    expect(counts.throttled / counts.calls).toBeLessThan(0.2);
    const throttled_before = counts.throttled;
    await time.run(started + 120_000);
    expect(ledger.callsPerSecond()).toBe(10);
    expect(counts.throttled - throttled_before).toBeLessThan(5);
    expect(stats().throttles).toBe(counts.throttled);
  });

  it('immediately fails calls whose slot would start after their deadline, without making them', async () => {
    const time = virtualTime();
    const ledger = createFakeLedger(1);
    const { analyzer, counts } = throttledAnalyzer(time, () => 1);
    const { analyzer: mine, stats } = limitRate(analyzer, {
      ledger: ledger.open(time.now),
      quota_calls_per_second: 1,
      fallback_calls_per_second: 1,
      now: time.now,
      pause: time.pause,
    });
    const deadline = { at: time.now() + 1_500, signal: new AbortController().signal };
    const outcomes = Array.from({ length: 5 }, () =>
      mine.detectSentiment(['a'], 'en', deadline).then(
        () => 'answered',
        (error: ServiceError) => `${error.code} ${error.throttled} ${error.retryable}`,
      ),
    );
    await time.run(time.now() + 10_000);
    expect(await Promise.all(outcomes)).toEqual([
      'answered',
      'answered',
      ...Array.from({ length: 3 }, () => 'OutOfQuota true true'),
    ]);
    expect(counts.calls).toBe(2);
    expect(stats()).toMatchObject({ granted: 2, refused: 3 });
  });

  it('calls at its fallback rate while the ledger is down, counts the errors, and returns to the ledger', async () => {
    const time = virtualTime();
    const started = time.now();
    const working = createFakeLedger(10).open(time.now);
    const is_down = () => time.now() < started + 10_000;
    const ledger: QuotaLedger = {
      ...working,
      async reserve(slots, latest) {
        if (is_down())
          throw new ServiceError('dynamodb', 'InternalServerError', { retryable: true });
        return working.reserve(slots, latest);
      },
    };
    const { analyzer, counts } = throttledAnalyzer(time, () => 10);
    const { analyzer: mine, stats } = limitRate(analyzer, {
      ledger,
      quota_calls_per_second: 10,
      fallback_calls_per_second: 2,
      now: time.now,
      pause: time.pause,
    });
    const caller = async () => {
      while (time.now() < started + 20_000) await mine.detectSentiment(['a'], 'en');
    };
    for (let i = 0; i < 4; i += 1) void caller();
    await time.run(started + 9_990);
    expect(counts.calls).toBeGreaterThanOrEqual(19);
    expect(counts.calls).toBeLessThanOrEqual(21);
    expect(stats().ledger_errors).toBeGreaterThan(2);
    await time.run(started + 20_000);
    // The process tries the ledger again at most 8 s after its last failure.
    expect(counts.calls).toBeGreaterThan(45);
    expect(counts.throttled).toBe(0);
  });

  it('makes a failed call three times in all, each in a slot of its own, and final failures once', async () => {
    const time = virtualTime();
    const ledger = createFakeLedger(10);
    const run = async (error: ServiceError) => {
      const started: number[] = [];
      const { analyzer } = throttledAnalyzer(time, () => 10);
      const failing: Analyzer = {
        ...analyzer,
        async detectSentiment() {
          started.push(time.now());
          throw error;
        },
      };
      const { analyzer: mine } = limitToQuota(failing, { time, ledger, quota: 10 });
      const failed = mine.detectSentiment(['a'], 'en').catch((cause: unknown) => cause);
      await time.run(time.now() + 5_000);
      expect(await failed).toBe(error);
      return started;
    };
    const down = new ServiceError('comprehend', 'InternalServerException', { retryable: true });
    const [first, ...again] = await run(down);
    expect(again.map((at) => Math.round(at - first!))).toEqual([100, 200]);
    const refused = new ServiceError('comprehend', 'InvalidRequestException', { retryable: false });
    expect(await run(refused)).toHaveLength(1);
  });

  it('fails a call whose pause took longer than its deadline allows, without making it', async () => {
    const { limited, clock, calls, stats } = limitAlone({ late_ms: 600 });
    const deadline = { at: clock.at + 1_500, signal: new AbortController().signal };
    await limited.detectSentiment(['a'], 'en', deadline);
    const second = limited.detectSentiment(['a'], 'en', deadline);
    await expect(second).rejects.toMatchObject({ code: 'OutOfQuota' });
    expect(calls()).toBe(1);
    expect(stats()).toMatchObject({ granted: 1 });
  });

  it('counts the time that calls wait for their slots', async () => {
    const { limited, stats } = limitAlone();
    for (let i = 0; i < 3; i += 1) await limited.detectSentiment(['a'], 'en');
    expect(stats()).toMatchObject({ granted: 3, refused: 0, waited_ms: 2_000 });
  });

  it('lowers the rate for a throttled document of a call that succeeded too', async () => {
    const busy = { ok: false, code: 'X', retryable: true, throttled: true } as const;
    const { limited, changes, stats } = limitAlone({ answer: async () => [busy] });
    expect(await limited.detectSentiment(['a'], 'en')).toEqual([busy]);
    expect(changes).toEqual([[1, { calls_per_second: 0.8, refused_at: 1 }, 1_000]]);
    expect(stats()).toMatchObject({ throttles: 1 });
  });

  it('raises a rate below the quota only after it has held for three seconds', async () => {
    const rate = { calls_per_second: 0.5, refused_at: 1 };
    const { limited, changes, clock, stats } = limitAlone({ rate, changed_ms_ago: 2_999 });
    await limited.detectSentiment(['a'], 'en');
    expect(changes).toEqual([]);
    clock.at += 1;
    await limited.detectSentiment(['a'], 'en');
    expect(changes).toEqual([[0.5, { calls_per_second: 0.6, refused_at: 1 }, 3_000]]);
    expect(stats()).toMatchObject({ calls_per_second: 0.5, throttles: 0 });
  });

  it('leaves the shared rate alone if a call is throttled whose slot did not come from the ledger', async () => {
    const time = virtualTime();
    const changes: unknown[] = [];
    const down = new ServiceError('dynamodb', 'Down', { retryable: true });
    const ledger: QuotaLedger = {
      reserve: () => Promise.reject(down),
      change: async (...args) => void changes.push(args),
    };
    const { analyzer } = throttledAnalyzer(time, () => 0);
    const { analyzer: mine, stats } = limitRate(analyzer, {
      ledger,
      quota_calls_per_second: 1,
      fallback_calls_per_second: 1,
      now: time.now,
      pause: time.pause,
    });
    const failed = mine.detectSentiment(['a'], 'en').catch((cause: unknown) => cause);
    await time.run(time.now() + 5_000);
    expect(await failed).toMatchObject({ throttled: true });
    expect(stats().throttles).toBe(3);
    expect(changes).toEqual([]);
  });

  it('makes few of thousands of calls per second try to change the rate, in all processes together', async () => {
    const rate = { calls_per_second: 5_000, refused_at: 8_000 };
    const busy = { ok: false, code: 'X', retryable: true, throttled: true } as const;
    const countAttempts = async (answer: Analyzer['detectSentiment']) => {
      const shared = { rate, quota: 10_000, changed_ms_ago: 60_000 };
      const { limited, changes } = limitAlone({ ...shared, answer });
      for (let i = 0; i < 5_000; i += 1) await limited.detectSentiment(['a'], 'en');
      return changes.length;
    };
    const raises = await countAttempts(async () => []);
    expect(raises).toBeGreaterThan(0);
    expect(raises).toBeLessThan(10);
    const decreases = await countAttempts(async () => [busy]);
    expect(decreases).toBeGreaterThan(20);
    expect(decreases).toBeLessThan(100);
  });

  it('changes no rate that is the quota already', async () => {
    const { limited, changes } = limitAlone({ changed_ms_ago: 60_000 });
    await limited.detectSentiment(['a'], 'en');
    expect(changes).toEqual([]);
  });
});

interface AloneOptions {
  answer?: Analyzer['detectSentiment'];
  /** How much longer than requested each pause takes, in milliseconds. */
  late_ms?: number;
  rate?: Rate;
  quota?: number;
  changed_ms_ago?: number;
}

/** Limits an analyzer to one call a second, on a clock that only pauses and the test advance. */
function limitAlone({ answer = async () => [], late_ms = 0, ...ledger }: AloneOptions = {}) {
  const clock = { at: Date.UTC(2026, 10, 23) };
  const { rate = { calls_per_second: 1, refused_at: 1 }, quota = 1, changed_ms_ago = 0 } = ledger;
  const rate_changed_at = clock.at - changed_ms_ago;
  const changes: unknown[][] = [];
  let next_at = clock.at;
  let calls = 0;
  const { analyzer: limited, stats } = limitRate(
    {
      name: 'comprehend',
      version: '1',
      max_documents: 25,
      max_document_bytes: 5_000,
      supports: () => true,
      detectSentiment: async (...call) => {
        calls += 1;
        return answer(...call);
      },
    },
    {
      ledger: {
        reserve: async (count, latest) => {
          const starts_at = Math.max(clock.at, next_at);
          if (starts_at > latest) return undefined;
          next_at = starts_at + 1_000;
          return { count, starts_at, interval_ms: 1_000, rate, rate_changed_at };
        },
        change: async (...args) => void changes.push(args),
      },
      quota_calls_per_second: quota,
      fallback_calls_per_second: 1,
      now: () => clock.at,
      random: createRandom(1).next,
      pause: async (milliseconds) => {
        clock.at += milliseconds + late_ms;
      },
    },
  );
  return { limited, stats, clock, changes, calls: () => calls };
}
