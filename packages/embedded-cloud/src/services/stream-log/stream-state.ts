import { type Chunk, decodeChunk } from './chunk.ts';
import type { KeyValueStore } from './key-value.ts';
import { chunksOf, STREAMS, streamKey, within } from './keys.ts';
import { createShardState, type ShardState } from './shard-state.ts';
import type { LogShard, LogStream } from './types.ts';
import type { Commit } from './writer.ts';

/** A stream in memory. */
export interface StreamState<Details extends object> {
  /** The description that readers see. */
  stream: LogStream<Details>;
  /** The description that the next write changes. It differs while a change is being written. */
  planned: LogStream<Details>;
  shards: Map<string, ShardState>;
  /** The shards that receive records. */
  open: ShardState[];
}

export function createStreamState<Details extends object>(
  stream: LogStream<Details>,
  shards: ShardState[],
): StreamState<Details> {
  return {
    stream,
    planned: stream,
    shards: new Map(shards.map((state) => [state.shard.shard_id, state])),
    open: shards.filter(({ shard }) => shard.closed === undefined),
  };
}

/** Returns the open shard that receives the records with a hash. */
export function findShardOf({ open }: StreamState<object>, hash: string): ShardState {
  const found = open.find(({ shard: { hashes } }) => hash >= hashes.first && hash <= hashes.last);
  if (found === undefined) throw new Error('The stream has no open shard for this hash.');
  return found;
}

/** Reads all streams of a store. */
export async function readStreams<Details extends object>(
  store: KeyValueStore,
): Promise<StreamState<Details>[]> {
  const states: StreamState<Details>[] = [];
  for await (const [, text] of store.iterator({ ...within(STREAMS), valueEncoding: 'utf8' })) {
    const stream = JSON.parse(text) as LogStream<Details>;
    const shards = stream.shards.map((shard) => readShard(store, stream.id, shard));
    states.push(createStreamState(stream, await Promise.all(shards)));
  }
  return states;
}

async function readShard(
  store: KeyValueStore,
  stream_id: string,
  shard: LogShard,
): Promise<ShardState> {
  const range = { ...within(chunksOf(stream_id, shard.shard_id)), reverse: true, limit: 1 };
  let last: Chunk | undefined;
  for await (const [, text] of store.iterator({ ...range, valueEncoding: 'utf8' })) {
    last = decodeChunk(text);
  }
  return createShardState(shard, last);
}

/** Plans a new description of a stream. */
export function planStream<Details extends object>(
  commit: Commit,
  state: StreamState<Details>,
  stream: LogStream<Details>,
): void {
  state.planned = stream;
  commit.operations.push({
    type: 'put',
    key: streamKey(stream.id),
    value: JSON.stringify(stream),
    valueEncoding: 'utf8',
  });
  commit.on_committed.push(() => {
    state.stream = stream;
  });
}
