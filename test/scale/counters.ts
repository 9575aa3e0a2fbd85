const NAMES = [
  'answered',
  'answered_bulk',
  'throttled',
  'out_of_quota',
  'redeliveries',
  'ledger_writes',
  'ledger_conflicts',
  'ledger_reads',
  'ledger_throttles',
] as const;
export type Counter = (typeof NAMES)[number];

/** Counts events by second of the virtual time. */
export class Counters {
  readonly #now: () => number;
  readonly #started_at: number;
  readonly #by_second: Record<Counter, number[]>;

  constructor(now: () => number) {
    this.#now = now;
    this.#started_at = now();
    const none = NAMES.map((name) => [name, [] as number[]] as const);
    this.#by_second = Object.fromEntries(none) as Record<Counter, number[]>;
  }

  count(name: Counter): void {
    const second = Math.floor((this.#now() - this.#started_at) / 1_000);
    const counts = this.#by_second[name];
    counts[second] = (counts[second] ?? 0) + 1;
  }

  /** Adds up the counts of the seconds from `from` to before `to`. */
  sum(name: Counter, from: number, to: number): number {
    return this.#slice(name, from, to).reduce((sum, n) => sum + n, 0);
  }

  #slice(name: Counter, from: number, to: number): number[] {
    return Array.from({ length: to - from }, (_, i) => this.#by_second[name][from + i] ?? 0);
  }
}
