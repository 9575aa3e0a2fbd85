import type {
  Addition,
  CountsReader,
  CountsRow,
  CountsRows,
  CountsStore,
  Generations,
  RowName,
} from '../../insight/counts/ports.ts';
import { type Network, PERFECT_NETWORK } from './network.ts';

export interface FakeCountsRow extends CountsRow {
  partition: string;
  mark: string;
  expires_at: number | undefined;
}

export type FakeGenerations = Map<string, { active?: string; begun: string }>;

export interface FakeCountsStoreOptions {
  /** Rows by partition and bucket. Several stores can share them. */
  rows?: Map<string, FakeCountsRow>;
  /** Generations by tenant and day. Several stores can share them. */
  generations?: FakeGenerations;
  network?: Network;
  onAdd?: (row: RowName, addition: Addition) => void;
}

/** Creates the counts in memory. */
export function createFakeCountsStore(
  options: FakeCountsStoreOptions = {},
): CountsStore & CountsReader & CountsRows & Generations {
  const { rows = new Map(), generations = new Map(), network = PERFECT_NETWORK, onAdd } = options;
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
    remove: ({ partition, bucket }) =>
      network.call('remove', () => void rows.delete(`${partition}|${bucket}`)),
    listTenants: () =>
      network.call('tenants', () => [
        ...new Set([...rows.values()].map(({ partition }) => partition.split('#')[0] ?? '')),
      ]),
    ...createGenerations(generations, network),
  };
}

function createGenerations(generations: FakeGenerations, network: Network): Generations {
  return {
    readGenerations: (tenant) =>
      network.call('generations', () => {
        const active = [...generations].flatMap(([id, day]): [string, string][] =>
          id.startsWith(`${tenant}|`) && day.active !== undefined
            ? [[id.slice(tenant.length + 1), day.active]]
            : [],
        );
        return new Map(active);
      }),
    beginGeneration: (tenant, day, generation) =>
      network.call('begin', () => {
        const known = generations.get(`${tenant}|${day}`);
        generations.set(`${tenant}|${day}`, { ...known, begun: generation });
        return known?.active;
      }),
    activateGeneration: (tenant, day, generation) =>
      network.call('activate', () => {
        const known = generations.get(`${tenant}|${day}`);
        if (known?.begun !== generation) return false;
        generations.set(`${tenant}|${day}`, { ...known, active: generation });
        return true;
      }),
  };
}
