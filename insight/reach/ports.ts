import type { ProcessedPosition } from '../../schemas/index.ts';
import type { Manifest } from '../keeper/ports.ts';

/** Reads how far the consumers have processed each shard. Throws a {@link ServiceError} if a call fails. */
export type ReadPositions = () => Promise<ProcessedPosition[]>;

export interface StreamShard {
  stream_name: string;
  shard_id: string;
  /** The ids of the shards that this one has replaced: one after a split, two after a merge. */
  parents: string[];
  /** A hash key of the shard. Absent if the shard takes no records any more. */
  hash_key?: string;
}

/** Looks at the ends of streams. Each method throws a {@link ServiceError} if a call fails. */
export interface StreamEnds {
  /** Returns the shards that can be read, also those that take no records any more. */
  listShards(stream_name: string): Promise<StreamShard[]>;
  /** Puts a marker, which is no record, behind the records of the shard with the hash key. */
  putMarker(shard: { stream_name: string; hash_key: string }): Promise<void>;
  /**
   * Returns when the first record after a position arrived, in epoch milliseconds. Returns undefined
   * if the shard has no record after it.
   *
   * @param sequence_number the position. If undefined, the first record of the shard is looked at.
   */
  findNextArrival(
    shard: { stream_name: string; shard_id: string },
    sequence_number: string | undefined,
  ): Promise<number | undefined>;
}

/** Yields the keys of the raw objects of an hour such as `2026/11/27/06`. */
type ListRawKeys = (hour: string) => AsyncIterable<string>;

export interface ReachDeps {
  /** The streams whose records become rows of the table `results`. */
  stream_names: string[];
  readPositions: ReadPositions;
  stream_ends: StreamEnds;
  /** Longest time for which Firehose buffers a line, in milliseconds. */
  buffer_ms: number;
  listRawKeys: ListRawKeys;
  manifest: Pick<Manifest, 'has' | 'list'>;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Ends the wait with the reason of the signal, also if nothing is missing. */
  signal?: AbortSignal;
  /** Gets a sentence that says what the wait is for. */
  onProgress?: (sentence: string) => void;
  /** Gets a sentence about the wait that is no progress and must not be overwritten. */
  onNote?: (sentence: string) => void;
}
