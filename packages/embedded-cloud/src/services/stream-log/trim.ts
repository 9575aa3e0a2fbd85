import { decodeChunk, lastOf } from './chunk.ts';
import type { KeyValueStore } from './key-value.ts';
import { chunksOf, within } from './keys.ts';
import type { ShardState } from './shard-state.ts';
import { planStream, type StreamState } from './stream-state.ts';
import type { Writer } from './writer.ts';

interface Trimming {
  store: KeyValueStore;
  writer: Writer;
  state: StreamState<object>;
  now: number;
}

/**
 * Deletes the chunks whose records are all older than the stream's retention period, and the closed
 * shards that have no younger record.
 */
export async function trimShards({ store, writer, state, now }: Trimming): Promise<void> {
  const { id, retention_ms } = state.stream;
  const oldest = now - retention_ms;
  const trimmed = new Map<string, string>();
  for (const { shard } of state.shards.values()) {
    const range = within(chunksOf(id, shard.shard_id));
    const last = await findAged(store, range, oldest);
    if (last === undefined) continue;
    trimmed.set(shard.shard_id, last);
    // The deletion is repeated by the next trim if the process ends before the new description is
    // written. Readers skip aged records in any case.
    await store.clear({ gte: range.gte, lte: `${range.gte}${last}` });
  }
  const isOver = ({ shard }: ShardState) => shard.closed !== undefined && shard.closed.at < oldest;
  const over = [...state.shards.values()].filter(isOver).map(({ shard }) => shard.shard_id);
  if (trimmed.size === 0 && over.length === 0) return;
  await writer.run((commit) => {
    commit.on_committed.push(() => {
      for (const shard_id of over) state.shards.delete(shard_id);
      for (const [shard_id, trimmed_through] of trimmed) {
        const shard_state = state.shards.get(shard_id);
        if (shard_state) shard_state.shard = { ...shard_state.shard, trimmed_through };
      }
    });
    planStream(commit, state, {
      ...state.planned,
      shards: state.planned.shards
        .filter(({ shard_id }) => !over.includes(shard_id))
        .map((shard) => {
          const trimmed_through = trimmed.get(shard.shard_id) ?? shard.trimmed_through;
          return trimmed_through === undefined ? shard : { ...shard, trimmed_through };
        }),
    });
  });
}

/** Returns the last sequence number of the aged chunks at the start of a shard. */
async function findAged(
  store: KeyValueStore,
  range: { gte: string; lt: string },
  oldest: number,
): Promise<string | undefined> {
  let aged: string | undefined;
  for await (const [, text] of store.iterator({ ...range, valueEncoding: 'utf8' })) {
    const last = lastOf(decodeChunk(text));
    if (last.arrived_at >= oldest) return aged;
    aged = last.sequence_number;
  }
  return aged;
}
