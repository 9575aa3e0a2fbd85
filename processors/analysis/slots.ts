import { ServiceError } from '../../schemas/index.ts';
import type { QuotaLedger, Rate, Slots } from './ports.ts';
import { slotsPerWrite } from './rates.ts';

/**
 * How late a slot may be used. With a large quota, all slots of a lot may be past when the ledger's answer arrives. The
 * late calls of a process are at most a hundredth of the calls of a second, which any token bucket absorbs.
 */
const LATE_MS = 100;
/** The pause after a failed call to the ledger. */
const LEDGER_PAUSE_MS = 1_000;

export interface SlotSourceDeps {
  ledger: QuotaLedger;
  quota_calls_per_second: number;
  /** The rate of this process while the ledger is unavailable. */
  fallback_calls_per_second: number;
  /** Epoch milliseconds. */
  now: () => number;
}

/**
 * Hands out slots one by one. It takes them from the ledger in lots: one write takes slots for as many calls as wait in
 * this process, up to `slotsPerWrite`. So other processes wait for at most one lot of this process, and no slot stays
 * unused. A write costs $0.625 a million; a million calls of 25 documents cost at least $7,500.
 */
export class SlotSource {
  readonly #deps: SlotSourceDeps;
  #lot: Slots[] = [];
  #rate: Rate;
  #next_fallback_at = 0;
  #ledger_back_at = 0;
  #ledger_errors = 0;

  constructor(deps: SlotSourceDeps) {
    this.#deps = deps;
    const quota = deps.quota_calls_per_second;
    this.#rate = { calls_per_second: quota, refused_at: quota };
  }

  get ledger_errors(): number {
    return this.#ledger_errors;
  }

  /**
   * Takes the next slot. Returns undefined, and takes none, if it would start after `latest`.
   *
   * @param waiting how many calls of this process wait for a slot, this one included.
   */
  async take(latest: number, waiting: number): Promise<Slots | undefined> {
    this.#dropLateSlots();
    const [first] = this.#lot;
    if (first !== undefined && first.starts_at <= latest) return this.#lot.shift();
    if (this.#deps.now() < this.#ledger_back_at) return this.#takeFallbackSlot(latest);
    try {
      return await this.#reserve(latest, waiting);
    } catch (cause) {
      this.#countLedgerError(cause);
      this.#ledger_back_at = this.#deps.now() + LEDGER_PAUSE_MS;
      return this.#takeFallbackSlot(latest);
    }
  }

  /** Drops the remaining slots of the lot, because their rate is too high for the service. */
  dropLot(): void {
    this.#lot = [];
  }

  /** Changes the shared rate. Losing this update delays the change by one second. */
  async changeRate(from: Rate, to: Rate, settled_ms: number): Promise<void> {
    try {
      await this.#deps.ledger.change(from.calls_per_second, to, settled_ms);
    } catch (cause) {
      this.#countLedgerError(cause);
    }
  }

  /** Drops slots that are past: using several of them now would be a burst. */
  #dropLateSlots(): void {
    const now = this.#deps.now();
    this.#lot = this.#lot.filter(
      ({ starts_at, interval_ms }) => starts_at >= now - Math.max(interval_ms, LATE_MS),
    );
  }

  async #reserve(latest: number, waiting: number): Promise<Slots | undefined> {
    const wanted = Math.min(waiting, slotsPerWrite(this.#rate.calls_per_second));
    const reserved = await this.#deps.ledger.reserve(wanted, latest);
    if (reserved === undefined) return undefined;
    this.#rate = reserved.rate;
    const { starts_at, interval_ms } = reserved;
    this.#lot = Array.from({ length: wanted }, (_, i) => ({
      ...reserved,
      starts_at: starts_at + i * interval_ms,
    }));
    return this.#lot.shift();
  }

  /** Takes a slot without the ledger, at a rate so low that all processes together stay within the quota. */
  #takeFallbackSlot(latest: number): Slots | undefined {
    const now = this.#deps.now();
    const interval_ms = 1_000 / this.#deps.fallback_calls_per_second;
    const starts_at = Math.max(now, this.#next_fallback_at);
    if (starts_at > latest) return undefined;
    this.#next_fallback_at = starts_at + interval_ms;
    return { starts_at, interval_ms, rate: this.#rate, rate_changed_at: now };
  }

  /** Anything but a ServiceError is a bug and is rethrown. */
  #countLedgerError(cause: unknown): void {
    if (!(cause instanceof ServiceError)) throw cause;
    this.#ledger_errors += 1;
  }
}
