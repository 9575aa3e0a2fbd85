import { type Chunk, firstOf, lastOf } from './chunk.ts';
import type { LogShard, Position } from './types.ts';

/** Size of the last chunks of a shard that stay in memory, approximately, in bytes. */
const MOST_TAIL_BYTES = 8 * 1024 * 1024;

/** A shard in memory, with the last records of the shard. */
export interface ShardState {
  shard: LogShard;
  /** The highest sequence number that was assigned, or the first of the shard if there is none. */
  assigned: string;
  /** Adds chunks that were written to the store. */
  publish(chunks: Chunk[]): void;
  /** Returns the position after the last record that readers see. */
  end(): Position;
  /**
   * Returns the chunks from a position on, if all of them are in memory.
   * @returns undefined if the store must be read
   */
  chunksFrom(position: Position): Chunk[] | undefined;
  /** Returns the last chunks of the shard, which are in memory. */
  chunksInMemory(): readonly Chunk[];
}

/**
 * @param last_chunk the last chunk in the store, or undefined if the store has no chunk of the shard
 */
export function createShardState(shard: LogShard, last_chunk: Chunk | undefined): ShardState {
  const tail: Chunk[] = last_chunk === undefined ? [] : [last_chunk];
  let bytes = last_chunk?.bytes ?? 0;
  let is_complete = last_chunk === undefined;
  const lastSequence = () => {
    const chunk = tail.at(-1);
    return chunk && lastOf(chunk).sequence_number;
  };
  return {
    shard,
    assigned: lastSequence() ?? shard.first_sequence,
    end() {
      const last = lastSequence();
      return { sequence_number: last ?? shard.first_sequence, is_after: last !== undefined };
    },
    publish(chunks) {
      tail.push(...chunks);
      bytes += chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
      let dropped = 0;
      while (bytes > MOST_TAIL_BYTES && dropped < tail.length - 1) {
        bytes -= tail[dropped]!.bytes;
        dropped += 1;
      }
      if (dropped > 0) {
        tail.splice(0, dropped);
        is_complete = false;
      }
    },
    chunksInMemory: () => tail,
    chunksFrom({ sequence_number }) {
      const first = tail[0];
      if (!is_complete && first && sequence_number < firstOf(first).sequence_number) {
        return undefined;
      }
      return tail.slice(findChunk(tail, sequence_number));
    },
  };
}

/** Returns the index of the first chunk that has a record at or after the sequence number. */
function findChunk(chunks: Chunk[], sequence_number: string): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lastOf(chunks[middle]!).sequence_number < sequence_number) low = middle + 1;
    else high = middle;
  }
  return low;
}
