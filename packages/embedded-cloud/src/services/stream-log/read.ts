import { type Chunk, decodeChunk, findRecord, firstOf, lastOf } from './chunk.ts';
import type { KeyValueStore } from './key-value.ts';
import { chunksOf, within } from './keys.ts';
import type { ShardState } from './shard-state.ts';
import type { LogStream, Page, Position } from './types.ts';

export interface ReadLimits {
  records: number;
  bytes: number;
}

/** A shard that is read, with the age limit of its records. */
export interface Reading {
  store: KeyValueStore;
  stream: LogStream<object>;
  state: ShardState;
  /** Records that arrived before this time are deleted, in epoch milliseconds. */
  oldest: number;
}

/** Reads the records of a shard from a position on, within the limits, but at least one. */
export async function readPage(
  reading: Reading,
  position: Position,
  limits: ReadLimits,
): Promise<Page> {
  const { shard } = reading.state;
  // Whether the shard is closed is read before its records. A closed shard receives no records, so
  // that the end of the page is then the end of the shard.
  const is_closed = shard.closed !== undefined;
  const trimmed = shard.trimmed_through;
  const page: Page = {
    records: [],
    next: position,
    has_more: false,
    is_end: false,
    is_trimmed: trimmed !== undefined && isBefore(position, trimmed),
  };
  let bytes = 0;
  reading_chunks: for await (const chunk of chunksFrom(reading, position)) {
    for (let at = findRecord(chunk, position); at < chunk.records.length; at += 1) {
      const record = chunk.records[at]!;
      if (record.arrived_at < reading.oldest) {
        page.is_trimmed = true;
        page.next = { sequence_number: record.sequence_number, is_after: true };
        continue;
      }
      bytes += record.bytes;
      const { length } = page.records;
      if (length === limits.records || (bytes > limits.bytes && length > 0)) {
        page.has_more = true;
        break reading_chunks;
      }
      page.records.push(record);
    }
  }
  const last = page.records.at(-1);
  if (last !== undefined) page.next = { sequence_number: last.sequence_number, is_after: true };
  page.is_end = is_closed && !page.has_more;
  return page;
}

/** Returns the position of the first record that arrived at `oldest` or later, or of the end. */
export async function findPosition(reading: Reading): Promise<Position> {
  const { oldest, state } = reading;
  let before: Position = { sequence_number: state.shard.first_sequence, is_after: false };
  const newest = state.chunksInMemory();
  const has_all = newest[0] !== undefined && firstOf(newest[0]).arrived_at < oldest;
  for await (const chunk of has_all ? newest : chunksFrom(reading, before)) {
    const record = chunk.records.find(({ arrived_at }) => arrived_at >= oldest);
    if (record !== undefined) return { sequence_number: record.sequence_number, is_after: false };
    before = { sequence_number: lastOf(chunk).sequence_number, is_after: true };
  }
  return before;
}

/** Returns whether a position is at or before a record. */
export function isBefore({ sequence_number, is_after }: Position, record: string): boolean {
  return is_after ? sequence_number < record : sequence_number <= record;
}

/** Yields the chunks that contain the records from a position on, and the chunks after them. */
async function* chunksFrom(
  { store, stream, state }: Reading,
  position: Position,
): AsyncGenerator<Chunk> {
  const in_memory = state.chunksFrom(position);
  if (in_memory !== undefined) {
    yield* in_memory;
    return;
  }
  const range = within(chunksOf(stream.id, state.shard.shard_id));
  const at = `${range.gte}${position.sequence_number}`;
  const first = { gte: range.gte, lte: at, reverse: true, limit: 1 };
  for await (const [, text] of store.iterator({ ...first, valueEncoding: 'utf8' })) {
    yield decodeChunk(text);
  }
  const later = { gt: at, lt: range.lt };
  for await (const [, text] of store.iterator({ ...later, valueEncoding: 'utf8' })) {
    yield decodeChunk(text);
  }
}
