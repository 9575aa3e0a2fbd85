import type { CheckpointStore, ConnectorState } from '../../ingest/connectors/ports.ts';

/** Creates a checkpoint store in memory. It passes the contract suite of checkpoint stores. */
export function createFakeCheckpoints(now: () => number): CheckpointStore {
  const states = new Map<string, ConnectorState>();
  const find = (connector: string) => states.get(connector) ?? { connector, is_paused: false };
  const isFree = ({ owner, until = 0 }: ConnectorState) => owner === undefined || until <= now();
  return {
    async take(connector, lease) {
      const state = find(connector);
      if (!isFree(state) && state.owner !== lease.owner) return undefined;
      states.set(connector, { ...state, ...lease });
      const { cursor, at, saved_at, is_paused } = state;
      return { cursor, at, saved_at, is_paused };
    },
    async save(connector, lease, mark) {
      const state = find(connector);
      if (state.owner !== lease.owner) return undefined;
      states.set(connector, { ...state, ...lease, ...(mark && { ...mark, saved_at: now() }) });
      return { is_paused: state.is_paused };
    },
    async release(connector, released) {
      const { owner, until, ...state } = find(connector);
      if (owner === released) states.set(connector, state);
    },
    read: async (connector) => states.get(connector),
    list: async () => [...states.values()],
    async setPaused(connector, is_paused) {
      states.set(connector, { ...find(connector), is_paused });
    },
    async rewind(connector, cursor) {
      const state = find(connector);
      if (!isFree(state)) return false;
      states.set(connector, { connector, cursor, is_paused: state.is_paused });
      return true;
    },
  };
}
