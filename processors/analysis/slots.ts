import { ServiceError } from '../../schemas/index.ts';
import type { QuotaLedger, Rate, Slots } from './ports.ts';
import { slotsPerWrite } from './rates.ts';

/**
 * How long after its start a slot may still be used, in milliseconds. If the quota is large, all
 * slots of a lot may have started before the ledger's answer arrives. The process then makes all
 * calls of the lot at once. The token bucket of a service accepts this burst, because the lot has
 * only about one hundredth of the slots of one second.
 */
const LATE_MS = 100;
/**
 * Pause after a failed call to the ledger, in milliseconds. Each further failure doubles the pause,
 * up to the maximum, and each pause has a random length between half of its value and its value.
 * Otherwise thousands of processes would exceed the limit of the ledger's item with their attempts
 * alone, and an overloaded ledger would never recover.
 */
const LEDGER_PAUSE_MS = 1_000;
const MAX_LEDGER_PAUSE_MS = 32_000;

export interface SlotSourceDeps {
  ledger: QuotaLedger;
  quota_calls_per_second: number;
  /** Maximum call rate of this process while the ledger is unavailable. */
  fallback_calls_per_second: number;
  /**
   * Largest number of slots that one write takes at a rate. The default is {@link slotsPerWrite}.
   */
  largestLot?: (calls_per_second: number) => number;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
  /** Returns a random number of at least 0 and less than 1. The default is `Math.random`. */
  random?: () => number;
}

/**
 * Hands out slots one by one. The slots come from the ledger in lots. One write to the ledger takes
 * one slot for each waiting call of this process, up to the limit of `slotsPerWrite`. The limit
 * keeps the lots small, because other processes must wait until the slots of a lot have passed. A
 * lot never has more slots than there are waiting calls, so that no slot stays unused. The writes
 * cost little. One million writes cost $0.625, while one million calls of 25 documents cost at
 * least $7,500.
 */
export class SlotSource {
  readonly #deps: SlotSourceDeps;
  #lot: Slots[] = [];
  #rate: Rate;
  #next_fallback_at = 0;
  #ledger_back_at = 0;
  #ledger_errors = 0;
  #ledger_pause_ms = LEDGER_PAUSE_MS;

  constructor(deps: SlotSourceDeps) {
    this.#deps = deps;
    const quota = deps.quota_calls_per_second;
    this.#rate = { calls_per_second: quota, refused_at: quota };
  }

  get ledger_errors(): number {
    return this.#ledger_errors;
  }

  /**
   * Takes the next slot. If the slot would start after `latest`, the method takes no slot and
   * returns undefined.
   *
   * @param latest latest start of the slot, in epoch milliseconds.
   * @param waiting number of calls of this process that wait for a slot, including the current
   * call.
   */
  async take(latest: number, waiting: number): Promise<Slots | undefined> {
    this.#dropLateSlots();
    const [first] = this.#lot;
    if (first !== undefined && first.starts_at <= latest) return this.#lot.shift();
    if (this.#deps.now() < this.#ledger_back_at) return this.#takeFallbackSlot(latest);
    try {
      const slot = await this.#reserve(latest, waiting);
      this.#ledger_pause_ms = LEDGER_PAUSE_MS;
      return slot;
    } catch (cause) {
      this.#countLedgerError(cause);
      this.#leaveLedgerAlone();
      return this.#takeFallbackSlot(latest);
    }
  }

  #leaveLedgerAlone(): void {
    const { now, random = Math.random } = this.#deps;
    this.#ledger_back_at = now() + this.#ledger_pause_ms * (1 + random()) * 0.5;
    this.#ledger_pause_ms = Math.min(MAX_LEDGER_PAUSE_MS, this.#ledger_pause_ms * 2);
  }

  /**
   * Drops the remaining slots of the current lot, because the rate of these slots is too high for
   * the service.
   */
  dropLot(): void {
    this.#lot = [];
  }

  /**
   * Changes the shared rate. If the call to the ledger fails, the error is counted and the rate
   * stays unchanged until a later call changes the rate.
   */
  async changeRate(from: Rate, to: Rate, settled_ms: number): Promise<void> {
    try {
      await this.#deps.ledger.change(from.calls_per_second, to, settled_ms);
    } catch (cause) {
      this.#countLedgerError(cause);
    }
  }

  /**
   * Drops slots that started too long ago. If calls used several of these slots now, the calls
   * would form a burst.
   */
  #dropLateSlots(): void {
    const now = this.#deps.now();
    this.#lot = this.#lot.filter(
      ({ starts_at, interval_ms }) => starts_at >= now - Math.max(interval_ms, LATE_MS),
    );
  }

  async #reserve(latest: number, waiting: number): Promise<Slots | undefined> {
    const { largestLot = slotsPerWrite } = this.#deps;
    const wanted = Math.min(waiting, largestLot(this.#rate.calls_per_second));
    const reserved = await this.#deps.ledger.reserve(wanted, latest);
    if (reserved === undefined) return undefined;
    this.#rate = reserved.rate;
    const { count, starts_at, interval_ms } = reserved;
    this.#lot = Array.from({ length: count }, (_, i) => ({
      ...reserved,
      count: 1,
      starts_at: starts_at + i * interval_ms,
    }));
    return this.#lot.shift();
  }

  /**
   * Takes a slot without the ledger. The fallback rate is so low that all processes together stay
   * within the quota.
   */
  #takeFallbackSlot(latest: number): Slots | undefined {
    const now = this.#deps.now();
    const interval_ms = 1_000 / this.#deps.fallback_calls_per_second;
    const starts_at = Math.max(now, this.#next_fallback_at);
    if (starts_at > latest) return undefined;
    this.#next_fallback_at = starts_at + interval_ms;
    const rate = this.#rate;
    return { count: 1, starts_at, interval_ms, rate, rate_changed_at: now, is_fallback: true };
  }

  /**
   * Counts a failed call to the ledger. Rethrows an error that is not a ServiceError, because such
   * an error is a bug.
   */
  #countLedgerError(cause: unknown): void {
    if (!(cause instanceof ServiceError)) throw cause;
    this.#ledger_errors += 1;
  }
}
