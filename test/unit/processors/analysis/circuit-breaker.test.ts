import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCircuitBreaker } from '../../../../processors/analysis/circuit-breaker.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeAnalyzer } from '../../../fakes/analyzer.ts';

const DOWN = new ServiceError('comprehend', 'InternalServerException', { retryable: true });
const THROTTLED = new ServiceError('comprehend', 'X', { retryable: true, throttled: true });
const REFUSED = new ServiceError('comprehend', 'InvalidRequestException', { retryable: false });

function breakableAnalyzer() {
  let at = 0;
  let error: ServiceError | undefined;
  let calls = 0;
  const { analyzer } = createFakeAnalyzer();
  const breaker = createCircuitBreaker(
    {
      ...analyzer,
      async detectSentiment() {
        calls += 1;
        if (error !== undefined) throw error;
        return [];
      },
    },
    { now: () => at },
  );
  const call = () =>
    breaker.analyzer.detectSentiment(['a'], 'en').then(
      () => 'answered',
      (cause: ServiceError) => cause.code,
    );
  return {
    call,
    stats: breaker.stats,
    calls: () => calls,
    fails: (with_error: ServiceError | undefined) => {
      error = with_error;
    },
    advance: (milliseconds: number) => {
      at += milliseconds;
    },
    async times(n: number): Promise<string[]> {
      const codes: string[] = [];
      for (let i = 0; i < n; i += 1) codes.push(await call());
      return codes;
    },
  };
}

describe('the circuit breaker', () => {
  it('opens the circuit after five failures in a row, and then makes no call', async () => {
    const { fails, times, calls, stats, call } = breakableAnalyzer();
    fails(DOWN);
    await times(4);
    fails(undefined);
    await call();
    fails(DOWN);
    expect(await times(7)).toEqual([
      ...Array.from({ length: 5 }, () => 'InternalServerException'),
      'CircuitOpen',
      'CircuitOpen',
    ]);
    expect(calls()).toBe(10);
    expect(stats()).toEqual({ open: true, opened: 1, spared: 2 });
  });

  it('lets one probe through an open circuit after a pause, and all calls once the probe succeeds', async () => {
    const { fails, times, call, advance, stats } = breakableAnalyzer();
    fails(DOWN);
    await times(5);
    fails(undefined);
    advance(999);
    expect(await call()).toBe('CircuitOpen');
    advance(1);
    expect(await Promise.all([call(), call(), call()])).toEqual([
      'answered',
      'CircuitOpen',
      'CircuitOpen',
    ]);
    expect(await times(2)).toEqual(['answered', 'answered']);
    expect(stats()).toMatchObject({ open: false, opened: 1 });
  });

  it('doubles the pause of an open circuit after each failed probe, up to 30 seconds', async () => {
    const { fails, times, call, advance, calls } = breakableAnalyzer();
    fails(DOWN);
    await times(5);
    for (const wait_ms of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      advance(wait_ms - 1);
      expect(await call()).toBe('CircuitOpen');
      advance(1);
      expect(await call()).toBe('InternalServerException');
    }
    expect(calls()).toBe(12);
  });

  it('does not count throttles and refusals as an outage', async () => {
    for (const error of [THROTTLED, REFUSED]) {
      const { fails, times, stats, calls } = breakableAnalyzer();
      fails(error);
      await times(20);
      expect(calls()).toBe(20);
      expect(stats().open).toBe(false);
    }
  });

  it('begins again with a pause of one second when a circuit that was closed opens again', async () => {
    const { fails, times, call, advance, stats } = breakableAnalyzer();
    fails(DOWN);
    await times(5);
    advance(1_000);
    await call();
    advance(2_000);
    fails(undefined);
    await call();
    fails(DOWN);
    await times(5);
    advance(1_000);
    expect(await call()).toBe('InternalServerException');
    expect(stats()).toEqual({ open: true, opened: 2, spared: 0 });
  });

  it('fails a call that it spares as one that can be made again, and that nothing throttled', async () => {
    const { breaker, settle } = slowAnalyzer();
    const calls = Array.from({ length: 5 }, () => breaker.analyzer.detectSentiment(['a'], 'en'));
    settle(DOWN);
    await Promise.allSettled(calls);
    await expect(breaker.analyzer.detectSentiment(['a'], 'en')).rejects.toMatchObject({
      service: 'fake',
      code: 'CircuitOpen',
      retryable: true,
      throttled: false,
    });
  });

  it('does not extend the pause for calls that were in flight when the circuit opened', async () => {
    const { breaker, settle, advance, call } = slowAnalyzer();
    const early = Array.from({ length: 6 }, call);
    settle(DOWN, 5);
    await Promise.allSettled(early.slice(0, 5));
    advance(900);
    settle(DOWN);
    await early[5];
    advance(100);
    const probe = call();
    settle(undefined);
    expect(await probe).toBe('answered');
    expect(breaker.stats()).toEqual({ open: false, opened: 1, spared: 0 });
  });

  it('lets no second probe through when a call ends that was in flight when the circuit opened', async () => {
    const { settle, advance, call } = slowAnalyzer();
    const early = Array.from({ length: 6 }, call);
    settle(DOWN, 5);
    await Promise.allSettled(early.slice(0, 5));
    advance(1_000);
    const probe = call();
    settle(THROTTLED, 1);
    await early[5];
    expect(await call()).toBe('CircuitOpen');
    settle(undefined);
    expect(await probe).toBe('answered');
  });

  it('leaves the name, the version and the limits of the analyzer as they are', () => {
    const { analyzer } = createFakeAnalyzer({ name: 'some', max_document_bytes: 77 });
    const { analyzer: broken } = createCircuitBreaker(analyzer, { now: () => 0 });
    const { detectSentiment: _, supports: __, ...facts } = analyzer;
    expect(broken).toMatchObject(facts);
    for (const code of ['en', 'nl']) expect(broken.supports(code)).toBe(analyzer.supports(code));
  });
});

describe('a call with a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A circuit breaker whose analyzer fails until `up_at`, and the start of each call to it. */
  async function openedBreaker(up_at: number) {
    const begun = Date.now();
    const calls: number[] = [];
    const breaker = createCircuitBreaker(
      {
        ...createFakeAnalyzer().analyzer,
        async detectSentiment() {
          calls.push(Date.now() - begun);
          if (Date.now() - begun < up_at) throw DOWN;
          return [];
        },
      },
      { now: Date.now },
    );
    const call = (time_ms: number) => {
      const deadline = { at: Date.now() + time_ms, signal: AbortSignal.timeout(10 * time_ms) };
      return breaker.analyzer.detectSentiment(['a'], 'en', deadline).then(
        () => 'answered',
        (cause: ServiceError) => cause.code,
      );
    };
    await Promise.all(Array.from({ length: 5 }, () => call(1)));
    calls.length = 0;
    return { call, calls, stats: breaker.stats, measureTime: () => Date.now() - begun };
  }

  it('waits in an open circuit for the next probe, and all waiting calls are made once it succeeds', async () => {
    const { call, calls, stats } = await openedBreaker(5_000);
    const waiting = Array.from({ length: 20 }, () => call(90_000));
    await vi.advanceTimersByTimeAsync(6_999);
    expect(calls).toEqual([1_000, 3_000]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(waiting)).toEqual(Array(20).fill('answered'));
    expect(calls).toEqual([1_000, 3_000, ...Array(20).fill(7_000)]);
    expect(stats()).toEqual({ open: false, opened: 1, spared: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps its batch for nearly the whole time of an outage, with one probe at a time', async () => {
    const { call, calls, measureTime } = await openedBreaker(Number.POSITIVE_INFINITY);
    const ended = Promise.all(Array.from({ length: 80 }, () => call(96_000))).then((codes) => ({
      codes: new Set(codes),
      took_ms: measureTime(),
    }));
    await vi.advanceTimersByTimeAsync(96_000);
    const { codes, took_ms } = await ended;
    expect([...codes].sort()).toEqual(['CircuitOpen', 'InternalServerException']);
    expect(took_ms).toBeGreaterThan(60_000);
    expect(calls).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);
  });

  it('fails at once if the next probe is after its deadline', async () => {
    const { call, stats, measureTime } = await openedBreaker(Number.POSITIVE_INFINITY);
    expect(await call(900)).toBe('CircuitOpen');
    expect(measureTime()).toBe(0);
    expect(stats().spared).toBe(1);
  });

  it('ends its wait at its deadline, also while a probe is in flight', async () => {
    const { breaker, settle, advance, call } = slowAnalyzer();
    const early = Array.from({ length: 5 }, call);
    settle(DOWN);
    await Promise.all(early);
    advance(1_000);
    void call();
    const deadline = new AbortController();
    const late = breaker.analyzer.detectSentiment(['a'], 'en', {
      at: 1_000_000,
      signal: deadline.signal,
    });
    const failed = expect(late).rejects.toMatchObject({ code: 'CircuitOpen' });
    await vi.advanceTimersByTimeAsync(0);
    deadline.abort();
    await failed;
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Creates a circuit breaker over an analyzer whose calls end when the test settles them, in turn. */
function slowAnalyzer() {
  let at = 0;
  const open: ((error: ServiceError | undefined) => void)[] = [];
  const breaker = createCircuitBreaker(
    {
      ...createFakeAnalyzer().analyzer,
      detectSentiment: () =>
        new Promise((resolve, reject) => {
          open.push((error) => (error === undefined ? resolve([]) : reject(error)));
        }),
    },
    { now: () => at },
  );
  return {
    breaker,
    call: () =>
      breaker.analyzer.detectSentiment(['a'], 'en').then(
        () => 'answered',
        (cause: ServiceError) => cause.code,
      ),
    settle: (error: ServiceError | undefined, count = open.length) => {
      for (const end of open.splice(0, count)) end(error);
    },
    advance: (milliseconds: number) => {
      at += milliseconds;
    },
  };
}
