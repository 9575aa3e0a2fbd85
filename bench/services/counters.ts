/** What a service was asked for since the counters were reset. */
export interface ActionCount {
  calls: number;
  /** When the first and the last one came: milliseconds, of a clock that only goes forward. */
  first_ms: number;
  last_ms: number;
  request_bytes: number;
  /** `documents`, `units`, `throttled`, `read_units`, `write_units`, `billed_bytes`, `records`. */
  usage: Record<string, number>;
}

/** By `service.Action`. */
export type Counts = Record<string, ActionCount>;

export interface Counters {
  count(action: string, request_bytes: number, usage: Record<string, number>): void;
  read(): Counts;
  reset(): void;
}

export function createCounters(): Counters {
  let counts: Counts = {};
  return {
    count(action, request_bytes, usage) {
      const now_ms = performance.now();
      counts[action] ??= {
        calls: 0,
        first_ms: now_ms,
        last_ms: now_ms,
        request_bytes: 0,
        usage: {},
      };
      const entry = counts[action];
      entry.calls += 1;
      entry.last_ms = now_ms;
      entry.request_bytes += request_bytes;
      for (const [unit, amount] of Object.entries(usage)) {
        entry.usage[unit] = (entry.usage[unit] ?? 0) + amount;
      }
    },
    read: () => counts,
    reset() {
      counts = {};
    },
  };
}
