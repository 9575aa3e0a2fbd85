import type {
  Addition,
  CountsReader,
  CountsRow,
  CountsStore,
  RowName,
} from '../../insight/counts/ports.ts';
import { type Network, PERFECT_NETWORK } from './network.ts';

export interface FakeCountsRow extends CountsRow {
  partition: string;
  mark: string;
  expires_at: number | undefined;
}

export interface FakeCountsStoreOptions {
  /** Rows by partition and bucket. Several stores can share them. */
  rows?: Map<string, FakeCountsRow>;
  network?: Network;
  onAdd?: (row: RowName, addition: Addition) => void;
}

/** Creates the counts in memory. */
export function createFakeCountsStore(
  options: FakeCountsStoreOptions = {},
): CountsStore & CountsReader {
  const { rows = new Map(), network = PERFECT_NETWORK, onAdd } = options;
  return {
    async add(name, addition) {
      const { partition, bucket, expires_at } = name;
      const { measures, first, last, changed_at } = addition;
      const id = `${partition}|${bucket}`;
      const is_added = await network.call('add', () => {
        const row = rows.get(id);
        if (row !== undefined && row.mark >= first) return false;
        const sum = { ...row?.measures };
        for (const [measure, value] of Object.entries(measures)) {
          sum[measure] = (sum[measure] ?? 0) + value;
        }
        rows.set(id, { partition, bucket, measures: sum, mark: last, changed_at, expires_at });
        onAdd?.(name, addition);
        return true;
      });
      if (is_added) return undefined;
      return network.call('mark', () => rows.get(id)?.mark ?? '');
    },
    read: (partition, from, to) =>
      network.call('read', () =>
        [...rows.values()]
          .filter((row) => row.partition === partition && row.bucket >= from && row.bucket < to)
          .map(({ bucket, changed_at, measures }) => ({ bucket, changed_at, measures })),
      ),
  };
}
