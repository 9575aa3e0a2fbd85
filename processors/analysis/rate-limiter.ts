import { sleep } from '../../lib/sleep.ts';
import { ServiceError } from '../../schemas/index.ts';
import { decorateAnalyzer } from './decorate.ts';
import type { Analyzer, DocumentOutcome, Rate, Slots } from './ports.ts';
import { CHANGE_MS, lowerRate, raiseRate } from './rates.ts';
import { SlotSource, type SlotSourceDeps } from './slots.ts';

export interface RateLimiterDeps extends SlotSourceDeps {
  pause?: (milliseconds: number) => Promise<unknown>;
}

/** Counts of the rate limiter since the process started. */
export interface RateLimiterStats {
  /** Calls that got a slot. */
  granted: number;
  /** Calls whose slot would have started after their deadline. */
  refused: number;
  waited_ms: number;
  throttles: number;
  ledger_errors: number;
  calls_per_second: number;
}

/** How often one call is tried. Each attempt takes its own slot. */
const MAX_ATTEMPTS = 3;

/**
 * Spreads a quota over all processes that share its ledger: every call, retries included, starts in a slot of its own.
 * Slots are in virtual time (GCRA: ITU-T I.371, annex A), so consumers never burst together. A call whose slot would
 * start after its deadline fails immediately as throttled, `OutOfQuota`, and takes no slot: no call sleeps into a
 * timeout.
 */
export function limitRate(
  analyzer: Analyzer,
  deps: RateLimiterDeps,
): { analyzer: Analyzer; stats: () => RateLimiterStats } {
  const limiter = new RateLimiter(analyzer, deps);
  return {
    analyzer: decorateAnalyzer(analyzer, (...call) => limiter.callWithRetries(call)),
    stats: () => limiter.stats(),
  };
}

type Call = Parameters<Analyzer['detectSentiment']>;

class RateLimiter {
  readonly #analyzer: Analyzer;
  readonly #deps: RateLimiterDeps;
  readonly #slots: SlotSource;
  /** Calls that have no slot yet, or whose slot has not started. */
  #waiting = 0;
  /** Resolves when the slot of the last queued call has started. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #stats: Omit<RateLimiterStats, 'ledger_errors'>;

  constructor(analyzer: Analyzer, deps: RateLimiterDeps) {
    this.#analyzer = analyzer;
    this.#deps = deps;
    this.#slots = new SlotSource(deps);
    const { quota_calls_per_second: calls_per_second } = deps;
    this.#stats = { granted: 0, refused: 0, waited_ms: 0, throttles: 0, calls_per_second };
  }

  stats(): RateLimiterStats {
    return { ...this.#stats, ledger_errors: this.#slots.ledger_errors };
  }

  async callWithRetries(call: Call): Promise<DocumentOutcome[]> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.#callOnce(call);
      } catch (cause) {
        if (attempts === MAX_ATTEMPTS || !isWorthRetrying(cause)) throw cause;
      }
    }
  }

  async #callOnce(call: Call): Promise<DocumentOutcome[]> {
    const [, , deadline] = call;
    const slot = await this.#waitInQueue(deadline?.at ?? Number.POSITIVE_INFINITY);
    this.#stats.granted += 1;
    this.#stats.calls_per_second = slot.rate.calls_per_second;
    try {
      const outcomes = await this.#analyzer.detectSentiment(...call);
      if (outcomes.some((outcome) => !outcome.ok && outcome.throttled)) {
        await this.#slowDown(slot.rate);
      } else await this.#speedUp(slot);
      return outcomes;
    } catch (cause) {
      if (cause instanceof ServiceError && cause.throttled) await this.#slowDown(slot.rate);
      throw cause;
    }
  }

  /** Takes slots for waiting calls one by one, so that a lot never has more slots than there are waiting calls. */
  async #waitInQueue(latest: number): Promise<Slots> {
    this.#waiting += 1;
    const turn = this.#queue
      .then(() => this.#waitForSlot(latest))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #waitForSlot(latest: number): Promise<Slots> {
    const { now, pause = sleep } = this.#deps;
    const slot = await this.#slots.take(latest, this.#waiting);
    if (slot === undefined) {
      this.#stats.refused += 1;
      throw outOfQuota(this.#analyzer.name);
    }
    const wait_ms = Math.max(0, slot.starts_at - now());
    if (wait_ms > 0) await pause(wait_ms);
    this.#stats.waited_ms += wait_ms;
    // The pause may have taken too long: check the caller's deadline again.
    if (now() > latest) throw outOfQuota(this.#analyzer.name);
    return slot;
  }

  async #slowDown(rate: Rate): Promise<void> {
    this.#stats.throttles += 1;
    this.#slots.dropLot();
    const lower = lowerRate(rate, this.#deps.quota_calls_per_second);
    await this.#slots.changeRate(rate, lower, CHANGE_MS);
  }

  async #speedUp({ rate, rate_changed_at }: Slots): Promise<void> {
    const { now, quota_calls_per_second: quota } = this.#deps;
    const is_settled = now() - rate_changed_at >= CHANGE_MS;
    if (!is_settled || rate.calls_per_second >= quota) return;
    await this.#slots.changeRate(rate, raiseRate(rate, quota), CHANGE_MS);
  }
}

function outOfQuota(service: string): ServiceError {
  return new ServiceError(service, 'OutOfQuota', { retryable: true, throttled: true });
}

/** A call without a slot before its deadline must not be tried again. */
function isWorthRetrying(cause: unknown): boolean {
  return cause instanceof ServiceError && cause.retryable && cause.code !== 'OutOfQuota';
}
