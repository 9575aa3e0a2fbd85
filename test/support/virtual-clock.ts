/** A clock whose time passes only when nothing else is left to do. */
export class VirtualClock {
  #now: number;
  readonly #waits = new Set<{ at: number; resolve: () => void }>();

  constructor(start_ms: number) {
    this.#now = start_ms;
  }

  readonly now = (): number => this.#now;

  /** Waits, and rejects with the reason of the signal when the signal is aborted. */
  readonly pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const wait = { at: this.#now + milliseconds, resolve: () => finish(resolve) };
      const onAbort = () => finish(() => reject(signal?.reason as Error));
      const finish = (settle: () => void) => {
        this.#waits.delete(wait);
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waits.add(wait);
    });

  /** Lets time pass until the work has settled. @throws if it waits for something else than this clock. */
  async runUntil<Value>(work: Promise<Value>): Promise<Value> {
    let is_settled = false;
    const settle = () => {
      is_settled = true;
    };
    work.then(settle, settle);
    for (;;) {
      // All microtasks run before this resolves.
      await new Promise((resolve) => setImmediate(resolve));
      if (is_settled) return work;
      const [next] = [...this.#waits].sort((a, b) => a.at - b.at);
      if (next === undefined) throw new Error('The work waits for something that never happens.');
      this.#now = Math.max(this.#now, next.at);
      next.resolve();
    }
  }
}
