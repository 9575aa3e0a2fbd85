/**
 * A virtual clock with a resolution of one millisecond, as `Date.now` has. All callbacks of a
 * millisecond run before the clock moves on. The clock of test/simulation also shuffles steps and
 * keeps a hash of them; that is too slow for a million calls.
 */
export class VirtualClock {
  readonly #due = new Map<number, (() => void)[]>();
  #now: number;

  constructor(started_at: number) {
    this.#now = started_at;
  }

  now = (): number => this.#now;

  /** Resolves `ms` milliseconds later. Rounds up, because timers never fire too early. */
  sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const at = this.#now + Math.max(0, Math.ceil(ms));
      const due = this.#due.get(at);
      if (due === undefined) this.#due.set(at, [resolve]);
      else due.push(resolve);
    });

  /** Runs everything that is due before `end`, in epoch milliseconds. */
  async runUntil(end: number): Promise<void> {
    for (; this.#now < end; this.#now += 1) {
      await settle();
      for (let due = this.#take(); due !== undefined; due = this.#take()) {
        for (const run of due) run();
        await settle();
      }
    }
  }

  #take(): (() => void)[] | undefined {
    const due = this.#due.get(this.#now);
    this.#due.delete(this.#now);
    return due;
  }
}

/**
 * Resolves when all code has run as far as it can without the clock. Node.js calls the callback of
 * `nextTick` after all microtasks.
 */
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(() => process.nextTick(resolve)));
}
