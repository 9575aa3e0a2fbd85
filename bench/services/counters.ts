/** Counts of the calls of one action since the counters were reset. */
interface ActionCount {
  calls: number;
  /**
   * Arrival time of the first call, in milliseconds of `performance.now()`. `last_ms` is the
   * arrival time of the last call.
   */
  first_ms: number;
  last_ms: number;
  request_bytes: number;
  /**
   * Usage by unit: `documents`, `units`, `throttled`, `read_units`, `write_units`, `billed_bytes`,
   * `records`.
   */
  usage: Record<string, number>;
}

/** Counts of each action, by `service.Action`. */
export type Counts = Record<string, ActionCount>;

/** Adds up the counts of several measurements. */
export function mergeCounts(parts: Counts[]): Counts {
  const all: Counts = {};
  for (const [action, entry] of parts.flatMap((counts) => Object.entries(counts))) {
    const before = all[action];
    all[action] =
      before === undefined
        ? structuredClone(entry)
        : {
            calls: before.calls + entry.calls,
            first_ms: Math.min(before.first_ms, entry.first_ms),
            last_ms: Math.max(before.last_ms, entry.last_ms),
            request_bytes: before.request_bytes + entry.request_bytes,
            usage: addUsage(before.usage, entry.usage),
          };
  }
  return all;
}

type ByUnit = ActionCount['usage'];

function addUsage(one: ByUnit, other: ByUnit): ByUnit {
  const sum = { ...one };
  for (const [unit, amount] of Object.entries(other)) sum[unit] = (sum[unit] ?? 0) + amount;
  return sum;
}

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
      entry.usage = addUsage(entry.usage, usage);
    },
    read: () => counts,
    reset() {
      counts = {};
    },
  };
}
