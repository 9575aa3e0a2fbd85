/** A token bucket whose rate may change while it is in use. The bucket starts empty. */
export class TokenBucket {
  readonly #rateAt: (now: number) => number;
  readonly #burst_seconds: number;
  #tokens = 0;
  #filled_at: number;

  /**
   * @param rateAt returns the rate at a time, in tokens per second.
   * @param burst_seconds how many seconds of the rate the full bucket holds.
   */
  constructor(rateAt: (now: number) => number, burst_seconds: number, now: number) {
    this.#rateAt = rateAt;
    this.#burst_seconds = burst_seconds;
    this.#filled_at = now;
  }

  /** Takes tokens. Returns false and takes none if there are too few. */
  take(now: number, tokens = 1): boolean {
    const rate = this.#rateAt(now);
    const filled = this.#tokens + ((now - this.#filled_at) / 1_000) * rate;
    this.#tokens = Math.min(filled, Math.max(1, rate * this.#burst_seconds));
    this.#filled_at = now;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}
