import { createShardState, type ShardState } from './shard-state.ts';
import { planStream, type StreamState } from './stream-state.ts';
import type { HashRange, LogShard, Numbering } from './types.ts';
import type { Commit } from './writer.ts';

interface Opening {
  ranges: HashRange[];
  /** The closed shards that the new shards replace. */
  parents: ShardState[];
  numbering: Numbering;
  now: number;
}

/** Plans to open a shard for each range. A shard's parents are the parents that share its hashes. */
export function openShards<Details extends object>(
  commit: Commit,
  state: StreamState<Details>,
  { ranges, parents, numbering, now }: Opening,
): void {
  const { shard_count, shards } = state.planned;
  const opened = ranges.map((hashes, i): LogShard => {
    const own = parents.filter(({ shard }) => overlaps(shard.hashes, hashes));
    const place = { index: shard_count + i, created_at: now };
    return {
      ...place,
      shard_id: numbering.nameShard(place.index, now),
      parents: own.map(({ shard }) => shard.shard_id),
      hashes,
      first_sequence: numbering.start(
        place,
        own.map(({ assigned }) => assigned),
      ),
    };
  });
  const states = opened.map((shard) => createShardState(shard, undefined));
  state.open = [...state.open, ...states];
  commit.on_committed.push(() => {
    for (const opened_state of states) state.shards.set(opened_state.shard.shard_id, opened_state);
  });
  planStream(commit, state, {
    ...state.planned,
    shard_count: shard_count + ranges.length,
    shards: [...shards, ...opened],
  });
}

/**
 * Plans to close shards and to open a shard for each range. Without ranges, the shards are only
 * closed.
 *
 * @returns false if a shard is already closed. Nothing is then planned.
 */
export function replaceShards<Details extends object>(
  commit: Commit,
  state: StreamState<Details>,
  wanted: { shard_ids: string[]; ranges: HashRange[]; numbering: Numbering; now: number },
): boolean {
  const { shard_ids, now } = wanted;
  const closing = state.open.filter(({ shard }) => shard_ids.includes(shard.shard_id));
  if (closing.length < shard_ids.length) return false;
  state.open = state.open.filter((shard) => !closing.includes(shard));
  const closed = new Map(
    closing.map(({ shard, assigned }) => [shard.shard_id, { at: now, last_sequence: assigned }]),
  );
  const close = (shard: LogShard): LogShard => {
    const end = closed.get(shard.shard_id);
    return end === undefined ? shard : { ...shard, closed: end };
  };
  state.planned = { ...state.planned, shards: state.planned.shards.map(close) };
  openShards(commit, state, { ...wanted, parents: closing });
  commit.on_committed.push(() => {
    for (const shard_state of closing) shard_state.shard = close(shard_state.shard);
  });
  return true;
}

function overlaps(one: HashRange, other: HashRange): boolean {
  return one.first <= other.last && other.first <= one.last;
}
