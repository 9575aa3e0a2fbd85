import type { AwsCall, Usage } from './types.ts';

/** The counters of one action and one caller since the last reset of the meter. */
export interface MeterEntry {
  service: string;
  action: string;
  /** The name of the caller (`Caller.name`), which is a function's logical id or `owner`. */
  caller: string;
  calls: number;
  /**
   * Number of failed calls for each error code of the service. The key `ConnectionLost` contains
   * the number of calls that received no answer.
   */
  errors: Record<string, number>;
  request_bytes: number;
  response_bytes: number;
  /** Sum of the durations of all calls, in milliseconds. */
  duration_ms: number;
  /**
   * Sums of the units that the service counts, such as documents, billed_units, read_units or
   * records.
   */
  usage: Usage;
}

export interface MeterReading {
  /** Time of the last reset, in milliseconds since 1970. */
  since: number;
  entries: MeterEntry[];
}

export interface Meter {
  count(call: AwsCall, outcome: CallOutcome): void;
  /**
   * Adds the units of a call that took effect. The meter includes the units even if the caller did
   * not receive the answer.
   */
  use(call: AwsCall, usage: Usage): void;
  read(): MeterReading;
  reset(): void;
}

interface CallOutcome {
  duration_ms: number;
  response_bytes: number;
  /** Error code of the service. The field is undefined if the call succeeded. */
  error_code?: string | undefined;
}

/**
 * Creates a meter that counts calls, bytes and units separately for each service, action and
 * caller.
 */
export function createMeter(now: () => number): Meter {
  const entries = new Map<string, MeterEntry>();
  let since = now();
  const entryOf = ({ service, action, caller }: AwsCall): MeterEntry => {
    const key = JSON.stringify([service, action, caller.name]);
    const entry = entries.get(key) ?? emptyEntry(service, action, caller.name);
    entries.set(key, entry);
    return entry;
  };
  return {
    count(call, { duration_ms, response_bytes, error_code }) {
      const entry = entryOf(call);
      entry.calls += 1;
      entry.request_bytes += call.body.length;
      entry.response_bytes += response_bytes;
      entry.duration_ms += duration_ms;
      if (error_code !== undefined) add(entry.errors, error_code, 1);
    },
    use(call, usage) {
      const entry = entryOf(call);
      for (const [unit, amount] of Object.entries(usage)) add(entry.usage, unit, amount);
    },
    read: () => ({ since, entries: structuredClone([...entries.values()]) }),
    reset() {
      entries.clear();
      since = now();
    },
  };
}

function emptyEntry(service: string, action: string, caller: string): MeterEntry {
  return {
    service,
    action,
    caller,
    calls: 0,
    errors: {},
    request_bytes: 0,
    response_bytes: 0,
    duration_ms: 0,
    usage: {},
  };
}

function add(counters: Record<string, number>, name: string, amount: number): void {
  counters[name] = (counters[name] ?? 0) + amount;
}
