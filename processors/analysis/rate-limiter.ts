import { sleep } from '../../lib/sleep.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { Deadline } from '../deadline.ts';
import { decorateAnalyzer } from './decorate.ts';
import type { Analyzer, Rate, Slots } from './ports.ts';
import { CHANGE_MS, lowerRate, RAISE_MS, raiseRate } from './rates.ts';
import { SlotSource, type SlotSourceDeps } from './slots.ts';

export interface RateLimiterDeps extends SlotSourceDeps {
  pause?: (milliseconds: number) => Promise<unknown>;
}

/** Counts of the rate limiter since the process started. `calls_per_second` is the current rate. */
export interface RateLimiterStats {
  /** Number of attempts that got a slot. */
  granted: number;
  /**
   * Number of attempts that got no slot, because the slot would have started after the deadline.
   */
  refused: number;
  waited_ms: number;
  throttles: number;
  ledger_errors: number;
  calls_per_second: number;
}

/**
 * Maximum number of attempts of one call, including the first. Each attempt takes a separate slot.
 */
const MAX_ATTEMPTS = 3;

/** A call that may only start in a slot of the quota. */
interface LimitedCall<Value> {
  /** Name of the service for errors. */
  service: string;
  /** Latest start of the call. If the deadline is undefined, there is no limit. */
  deadline: Deadline | undefined;
  make: () => Promise<Value>;
  /** Returns true if a part of a successful call was throttled. */
  isThrottled?: (value: Value) => boolean;
}

/** Limits the rate of calls to one operation of a service. */
export interface RateLimiter {
  /**
   * Makes a call in its slot, and repeats it in further slots if it fails.
   *
   * @throws {ServiceError} if the call fails, or if it gets no slot before its deadline.
   */
  call<Value>(call: LimitedCall<Value>): Promise<Value>;
  stats(): RateLimiterStats;
}

/**
 * Limits the call rate of an analyzer. See {@link createRateLimiter}.
 */
export function limitRate(
  analyzer: Analyzer,
  deps: RateLimiterDeps,
): { analyzer: Analyzer; stats: () => RateLimiterStats } {
  return limitCalls(analyzer, createRateLimiter(deps));
}

/** Makes the calls of an analyzer with a rate limiter. */
export function limitCalls(
  analyzer: Analyzer,
  limiter: RateLimiter,
): { analyzer: Analyzer; stats: () => RateLimiterStats } {
  const limited = decorateAnalyzer(analyzer, (...call) =>
    limiter.call({
      service: analyzer.name,
      deadline: call[2],
      make: () => analyzer.detectSentiment(...call),
      isThrottled: (outcomes) => outcomes.some((outcome) => !outcome.ok && outcome.throttled),
    }),
  );
  return { analyzer: limited, stats: () => limiter.stats() };
}

/**
 * Creates a rate limiter. All processes that share the ledger stay within the quota
 * together. Every call, including every retry, starts in a separate slot. Slots follow each other
 * at fixed intervals, so processes never start many calls at the same time. If the slot of a call
 * would start after the deadline of the call, the call takes no slot. The call fails immediately
 * with the throttling error `OutOfQuota`, because waiting would end in a timeout.
 * Source: GCRA with virtual scheduling, ITU-T I.371, annex A.
 */
export function createRateLimiter(deps: RateLimiterDeps): RateLimiter {
  return new SlotRateLimiter(deps);
}

type SlotRequest = Pick<LimitedCall<unknown>, 'service' | 'deadline'>;

class SlotRateLimiter implements RateLimiter {
  readonly #deps: RateLimiterDeps;
  readonly #slots: SlotSource;
  /** Number of calls that wait for a slot or for the start of their slot. */
  #waiting = 0;
  /**
   * Resolves when the slot of the last queued call has started, or when the last queued call has
   * failed.
   */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #stats: Omit<RateLimiterStats, 'ledger_errors'>;

  constructor(deps: RateLimiterDeps) {
    this.#deps = deps;
    this.#slots = new SlotSource(deps);
    const { quota_calls_per_second: calls_per_second } = deps;
    this.#stats = { granted: 0, refused: 0, waited_ms: 0, throttles: 0, calls_per_second };
  }

  stats(): RateLimiterStats {
    return { ...this.#stats, ledger_errors: this.#slots.ledger_errors };
  }

  async call<Value>(call: LimitedCall<Value>): Promise<Value> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.#callOnce(call);
      } catch (cause) {
        if (attempts === MAX_ATTEMPTS || !isWorthRetrying(cause)) throw cause;
      }
    }
  }

  async #callOnce<Value>(call: LimitedCall<Value>): Promise<Value> {
    const slot = await this.#waitInQueue(call);
    this.#stats.granted += 1;
    this.#stats.calls_per_second = slot.rate.calls_per_second;
    try {
      const value = await call.make();
      if (call.isThrottled?.(value)) await this.#slowDown(slot);
      else await this.#speedUp(slot);
      return value;
    } catch (cause) {
      if (cause instanceof ServiceError && cause.throttled) await this.#slowDown(slot);
      throw cause;
    }
  }

  /**
   * Waits for the slot of a call. Calls take their slots one after the other. If two calls reserved
   * lots at the same time, both lots would contain slots for the same waiting calls, and some of
   * the slots would stay unused.
   */
  async #waitInQueue({ service, deadline }: SlotRequest): Promise<Slots> {
    const latest = deadline?.at ?? Number.POSITIVE_INFINITY;
    this.#waiting += 1;
    const turn = this.#queue
      .then(() => this.#waitForSlot(service, latest))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #waitForSlot(service: string, latest: number): Promise<Slots> {
    const { now, pause = sleep } = this.#deps;
    const slot = await this.#slots.take(latest, this.#waiting);
    if (slot === undefined) {
      this.#stats.refused += 1;
      throw outOfQuota(service);
    }
    const wait_ms = Math.max(0, slot.starts_at - now());
    if (wait_ms > 0) await pause(wait_ms);
    this.#stats.waited_ms += wait_ms;
    // Check the deadline again, because the pause may have taken longer than requested.
    if (now() > latest) throw outOfQuota(service);
    return slot;
  }

  async #slowDown({ rate, is_fallback }: Slots): Promise<void> {
    this.#stats.throttles += 1;
    this.#slots.dropLot();
    if (is_fallback || !this.#isChosen(LOWER_ATTEMPTS_PER_SECOND, rate)) return;
    const lower = lowerRate(rate, this.#deps.quota_calls_per_second);
    await this.#slots.changeRate(rate, lower, CHANGE_MS);
  }

  /** Chooses as many of the calls at random as all processes together may use for attempts. */
  #isChosen(attempts_per_second: number, { calls_per_second }: Rate): boolean {
    const { random = Math.random } = this.#deps;
    return random() * calls_per_second < attempts_per_second;
  }

  async #speedUp({ rate, rate_changed_at }: Slots): Promise<void> {
    const { now, quota_calls_per_second: quota } = this.#deps;
    const is_settled = now() - rate_changed_at >= RAISE_MS;
    if (!is_settled || rate.calls_per_second >= quota) return;
    if (!this.#isChosen(RAISE_ATTEMPTS_PER_SECOND, rate)) return;
    await this.#slots.changeRate(rate, raiseRate(rate, quota), RAISE_MS);
  }
}

/**
 * Numbers of calls per second, of all processes together, that try to change the rate. If every
 * call tried, thousands of calls per second would exceed the limit of the ledger's item. A decrease
 * has more attempts, because it must come soon.
 */
const LOWER_ATTEMPTS_PER_SECOND = 50;
const RAISE_ATTEMPTS_PER_SECOND = 2;

function outOfQuota(service: string): ServiceError {
  return new ServiceError(service, 'OutOfQuota', { retryable: true, throttled: true });
}

/**
 * Returns true if another attempt may succeed. A call that got no slot before its deadline is not
 * tried again, because the next free slot would also start after the deadline.
 */
function isWorthRetrying(cause: unknown): boolean {
  return cause instanceof ServiceError && cause.retryable && cause.code !== 'OutOfQuota';
}
