/** Longest time by which stamps may be ahead of the clock, in milliseconds. */
const MAX_AHEAD_MS = 1_000;

/**
 * Gives records their stamps. A record that is published twice within a millisecond gets two
 * stamps, so that the later one wins, in whatever order the requests reach the stream.
 */
export class StampClock {
  readonly #now: () => number;
  #time = 0;
  /** The records that have the stamp `#time`. */
  readonly #records = new Set<string>();

  /** @param now returns the current time, in epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Returns the stamp of a record that is published now, in epoch milliseconds.
   *
   * @param key identifies the record.
   */
  stamp(key: string): number {
    const now = this.#now();
    if (now > this.#time) this.#moveTo(now);
    else if (this.#records.has(key) && this.#time < now + MAX_AHEAD_MS)
      this.#moveTo(this.#time + 1);
    this.#records.add(key);
    return this.#time;
  }

  #moveTo(time: number): void {
    this.#time = time;
    this.#records.clear();
  }
}
