import type { PutFailure, ResultsTable } from '../../processors/stream/ports.ts';
import type { Result, SetAside } from '../../schemas/index.ts';
import { createFakeResultsTable } from './results-table.ts';
import { createFakeSetAsides, createFakeStore, failureAt } from './stores.ts';

/**
 * Says which entries a store refuses. The store refuses the entries with the given ids. If `throws`
 * is set, the store throws this error and refuses all entries.
 */
interface Refusals {
  ids: Set<string>;
  throws?: Error;
}

interface PlainStore<Entry> {
  put(entries: Entry[]): Promise<PutFailure[]>;
}

export interface RefusingStore<Entry, Store extends { put: unknown } = PlainStore<Entry>> {
  put: Store['put'];
  refuses: Refusals;
  /** The entries of each call of `put`, in the order of the calls. */
  puts: Entry[][];
}

/** Wraps a store. The wrapped store refuses the entries that a test adds to `refuses`. */
function withRefusals<Entry>(
  store: { put(entries: Entry[]): Promise<PutFailure[]> },
  idOf: (entry: Entry) => string,
): RefusingStore<Entry> {
  const refuses: Refusals = { ids: new Set() };
  const puts: Entry[][] = [];
  return {
    refuses,
    puts,
    async put(entries) {
      puts.push(entries);
      if (refuses.throws !== undefined) throw refuses.throws;
      const refused = entries.flatMap((entry, index) =>
        refuses.ids.has(idOf(entry)) ? [failureAt(index, 'Refused')] : [],
      );
      await store.put(entries.filter((entry) => !refuses.ids.has(idOf(entry))));
      return refused;
    },
  };
}

/** Wraps a results table like {@link withRefusals}. */
function refuseRows(table: ResultsTable): RefusingStore<Result, ResultsTable> {
  const refuses: Refusals = { ids: new Set() };
  const puts: Result[][] = [];
  return {
    refuses,
    puts,
    async put(entries) {
      puts.push(entries.map(({ result }) => result));
      if (refuses.throws !== undefined) throw refuses.throws;
      const taken = entries.filter(({ result }) => !refuses.ids.has(result.record_id));
      const answers = await table.put(taken);
      return entries.map(
        (entry) =>
          answers[taken.indexOf(entry)] ?? { code: 'Refused', retryable: true, throttled: false },
      );
    },
  };
}

/** Creates the consumer's three stores, and gives tests access to their contents. */
export function createRefusingStores() {
  const rows = new Map<string, Result>();
  const lines: Result[] = [];
  const objects = new Map<string, SetAside>();
  const lake = createFakeStore<Result>({ keep: (result) => lines.push(result) });
  const recordId = ({ record_id }: Result) => record_id;
  return {
    rows,
    lines,
    objects,
    results_table: refuseRows(createFakeResultsTable({ rows })),
    lake: withRefusals(lake, recordId),
    set_asides: withRefusals(createFakeSetAsides({ objects }), (entry) => entry.set_aside_id),
  };
}
