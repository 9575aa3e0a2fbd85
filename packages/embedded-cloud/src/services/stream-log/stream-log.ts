import type { JsonObject } from '../../gateway/json-protocol.ts';
import type { KeyValueStore, Operation } from './key-value.ts';
import { chunksOf, recordsOf, streamKey, within } from './keys.ts';
import { findPosition, type ReadLimits, readPage } from './read.ts';
import { openShards, replaceShards } from './reshard.ts';
import type { ShardState } from './shard-state.ts';
import {
  createStreamState,
  findShardOf,
  planStream,
  readStreams,
  type StreamState,
} from './stream-state.ts';
import { trimShards } from './trim.ts';
import type { Entry, HashRange, LogStream, Numbering, Page, Position } from './types.ts';
import { type Commit, createWriter } from './writer.ts';

export interface StreamLogOptions {
  store: KeyValueStore;
  numbering: Numbering;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * A store of streams. A stream has shards, and a shard is a log of records in the order of their
 * sequence numbers. A record is deleted when it is older than the stream's retention period.
 */
export interface StreamLog<Details extends object> {
  streams(): LogStream<Details>[];
  find(stream_id: string): LogStream<Details> | undefined;
  /**
   * Creates a stream with an open shard for each range.
   * @throws {Error} if the stream exists
   */
  create(
    stream: { id: string; retention_ms: number; details: Details },
    ranges: HashRange[],
  ): Promise<LogStream<Details>>;
  /** Changes the fields of a stream. */
  update(
    stream_id: string,
    changes: Partial<Pick<LogStream<Details>, 'details' | 'retention_ms'>>,
  ): Promise<void>;
  delete(stream_id: string): Promise<void>;
  /**
   * Closes shards, and opens a shard for each range. Shards that are already closed are left out,
   * and then no shard is opened.
   *
   * @returns whether the shards were replaced
   */
  replaceShards(stream_id: string, shard_ids: string[], ranges: HashRange[]): Promise<boolean>;
  /**
   * Appends records to the shards of their hashes. The operations `also` are written together with
   * the records: either all are written or, after a failure, none.
   *
   * @returns the shard and the sequence number of each record
   */
  append(
    stream_id: string,
    entries: Entry[],
    also?: Operation[],
  ): Promise<{ shard_id: string; sequence_number: string }[]>;
  /** Reads a shard from a position on. @returns undefined if the shard does not exist */
  read(
    stream_id: string,
    shard_id: string,
    position: Position,
    limits: ReadLimits,
  ): Promise<Page | undefined>;
  /** Returns the position after the last record of a shard. */
  latest(stream_id: string, shard_id: string): Position | undefined;
  /**
   * Returns a text that differs after a reader could read more of a shard: a record, or that the shard
   * is closed. Undefined if the shard does not exist.
   */
  endOf(stream_id: string, shard_id: string): string | undefined;
  /** Returns the position of the first record of a shard that arrived at a time or later. */
  seek(stream_id: string, shard_id: string, arrived_at: number): Promise<Position | undefined>;
  /** Deletes the records and the closed shards that are older than the retention period. */
  trim(): Promise<void>;
  /** Waits until no write is running. The store stays open. */
  waitUntilIdle(): Promise<void>;
}

/** Reads the streams of a store. */
export async function openStreamLog<Details extends object = JsonObject>({
  store,
  numbering,
  now,
}: StreamLogOptions): Promise<StreamLog<Details>> {
  const found = await readStreams<Details>(store);
  const states = new Map(found.map((state) => [state.stream.id, state]));
  const writer = createWriter(store);
  const stateOf = (stream_id: string): StreamState<Details> => {
    const state = states.get(stream_id);
    if (state === undefined) throw new Error(`The log has no stream ${stream_id}.`);
    return state;
  };
  const shardOf = (stream_id: string, shard_id: string): ShardState | undefined =>
    states.get(stream_id)?.shards.get(shard_id);

  return {
    streams: () => [...states.values()].map(({ stream }) => stream),
    find: (stream_id) => states.get(stream_id)?.stream,
    create: ({ id, retention_ms, details }, ranges) =>
      writer.run((commit) => {
        if (states.has(id)) throw new Error(`The log already has a stream ${id}.`);
        const created = { id, created_at: now(), retention_ms, shard_count: 0, details };
        const state = createStreamState<Details>({ ...created, shards: [] }, []);
        states.set(id, state);
        openShards(commit, state, { ranges, parents: [], numbering, now: now() });
        return state.planned;
      }),
    update: (stream_id, changes) =>
      writer.run((commit) => {
        const state = stateOf(stream_id);
        planStream(commit, state, { ...state.planned, ...changes });
      }),
    async delete(stream_id) {
      await writer.run((commit) => {
        commit.operations.push({ type: 'del', key: streamKey(stream_id) });
        states.delete(stream_id);
      });
      await store.clear(within(recordsOf(stream_id)));
    },
    replaceShards: (stream_id, shard_ids, ranges) =>
      writer.run((commit) =>
        replaceShards(commit, stateOf(stream_id), { shard_ids, ranges, numbering, now: now() }),
      ),
    append: (stream_id, entries, also = []) =>
      writer.run((commit) => {
        const state = stateOf(stream_id);
        const arrived_at = now();
        const places = entries.map((entry) =>
          appendEntry(commit, state, entry, numbering, arrived_at),
        );
        commit.operations.push(...also);
        return places;
      }),
    async read(stream_id, shard_id, position, limits) {
      const stream = states.get(stream_id)?.stream;
      const state = shardOf(stream_id, shard_id);
      if (stream === undefined || state === undefined) return undefined;
      const oldest = now() - stream.retention_ms;
      return readPage({ store, stream, state, oldest }, position, limits);
    },
    latest: (stream_id, shard_id) => shardOf(stream_id, shard_id)?.end(),
    endOf: (stream_id, shard_id) => describeEnd(shardOf(stream_id, shard_id)),
    async seek(stream_id, shard_id, arrived_at) {
      const stream = states.get(stream_id)?.stream;
      const state = shardOf(stream_id, shard_id);
      if (stream === undefined || state === undefined) return undefined;
      return findPosition({ store, stream, state, oldest: arrived_at });
    },
    async trim() {
      for (const state of states.values()) await trimShards({ store, writer, state, now: now() });
    },
    waitUntilIdle: writer.waitUntilIdle,
  };
}

function describeEnd(state: ShardState | undefined): string | undefined {
  if (state === undefined) return undefined;
  const { sequence_number, is_after } = state.end();
  const is_closed = state.shard.closed !== undefined;
  return `${sequence_number} ${is_after} ${is_closed}`;
}

function appendEntry(
  commit: Commit,
  state: StreamState<object>,
  entry: Entry,
  numbering: Numbering,
  arrived_at: number,
): { shard_id: string; sequence_number: string } {
  const shard = findShardOf(state, entry.hash);
  const { shard_id } = shard.shard;
  const sequence_number = numbering.next(shard.assigned, arrived_at);
  shard.assigned = sequence_number;
  let records = commit.records.get(shard);
  if (records === undefined) {
    records = { prefix: chunksOf(state.stream.id, shard_id), list: [] };
    commit.records.set(shard, records);
  }
  const content = entry.render(sequence_number, arrived_at);
  records.list.push({ sequence_number, arrived_at, bytes: entry.bytes, content });
  return { shard_id, sequence_number };
}
