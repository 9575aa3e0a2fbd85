import type { PutFailure } from '../../processors/stream/ports.ts';
import { replaces } from '../../processors/stream/versions.ts';
import { type Result, ServiceError, type SetAside } from '../../schemas/index.ts';

/** Which entries a store refuses: by name its own, or all with a throw. */
interface Refusals {
  names: Set<string>;
  throws?: Error;
}

export interface MemoryStore<Entry> {
  put(entries: Entry[]): Promise<PutFailure[]>;
  refuses: Refusals;
  /** What each put was given. */
  puts: Entry[][];
}

function memoryStore<Entry>(
  nameOf: (entry: Entry) => string,
  keep: (entry: Entry) => void,
): MemoryStore<Entry> {
  const refuses: Refusals = { names: new Set() };
  const puts: Entry[][] = [];
  return {
    refuses,
    puts,
    async put(entries) {
      puts.push(entries);
      if (refuses.throws !== undefined) throw refuses.throws;
      return entries.flatMap((entry, index) => {
        if (refuses.names.has(nameOf(entry))) {
          return [{ index, code: 'Refused', retryable: true, throttled: false }];
        }
        keep(entry);
        return [];
      });
    },
  };
}

/** Stores that keep what they are given, under the promises of their ports. */
export function memoryStores() {
  const rows = new Map<string, Result>();
  const lines: Result[] = [];
  const objects = new Map<string, SetAside>();
  return {
    rows,
    lines,
    objects,
    results_table: memoryStore<Result>(
      ({ record_id }) => record_id,
      (result) => {
        const key = `${result.tenant}#${result.record_id}`;
        const stored = rows.get(key);
        if (stored === undefined || replaces(result, stored)) {
          rows.set(key, result);
        }
      },
    ),
    lake: memoryStore<Result>(
      ({ record_id }) => record_id,
      (result) => lines.push(result),
    ),
    set_asides: memoryStore<SetAside>(
      ({ set_aside_id }) => set_aside_id,
      (set_aside) => objects.set(set_aside.set_aside_id, set_aside),
    ),
  };
}

export function outage(service: string): ServiceError {
  return new ServiceError(service, 'InternalServerError', { retryable: true });
}
