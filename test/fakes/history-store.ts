import type { HistoryReader, HistoryWriter, PastVersion } from '../../insight/history/ports.ts';
import { type Network, PERFECT_NETWORK } from './network.ts';

export interface FakeHistoryStoreOptions {
  /** Items by record and revision. Several stores can share them. */
  items?: Map<string, PastVersion>;
  network?: Network;
  now?: () => number;
}

/** Creates the history in memory. */
export function createFakeHistoryStore(
  options: FakeHistoryStoreOptions = {},
): HistoryReader & HistoryWriter {
  const { items = new Map(), network = PERFECT_NETWORK, now = () => 0 } = options;
  return {
    put: (versions) =>
      network.call('put', () => {
        const rejected = versions.filter(() => network.failsAlone());
        for (const past of versions) {
          if (rejected.includes(past)) continue;
          items.set(`${past.record_key}|${past.version.revision}`, past);
        }
        return rejected.map((past) => ({ past, code: 'UnprocessedItems' }));
      }),
    list: ({ record_key, before, limit }) =>
      network.call('list', () => {
        const found = [...items.values()]
          .filter((past) => past.record_key === record_key && past.version.revision < before)
          .filter(({ expires_at }) => expires_at * 1_000 > now())
          .map(({ version }) => version)
          .sort((one, other) => other.revision - one.revision);
        return { versions: found.slice(0, limit), has_more: found.length > limit };
      }),
  };
}
