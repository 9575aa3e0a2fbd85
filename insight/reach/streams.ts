import pLimit from 'p-limit';
import type { ProcessedPosition } from '../../schemas/index.ts';
import type { ReachDeps, StreamShard } from './ports.ts';

/** Number of shards that are looked at together. Kinesis allows five reads a second of each shard. */
const SHARDS_AT_A_TIME = 10;

/** A shard with a record that arrived before the time, and that its position does not cover. */
export interface BehindShard extends StreamShard {
  /** Sequence number of the position. Undefined if the shard has no position. */
  position: string | undefined;
  /** When the first record after the position arrived, in epoch milliseconds. */
  arrived_at: number;
}

/** The findings of one look at all shards. */
export interface Unprocessed {
  behind: BehindShard[];
  shards: StreamShard[];
  /** When the last batch of all shards ended, in epoch milliseconds. 0 if there was none. */
  last_processed_at: number;
}

/** Returns a text that identifies a shard among those of all streams. */
export function nameShard({ stream_name, shard_id }: { stream_name: string; shard_id: string }) {
  return `${stream_name}/${shard_id}`;
}

/**
 * Creates a function that finds the shards that have records from before a time which their consumer
 * has not processed. A shard is read from its position, one record at a time, so a look costs two calls
 * for each shard. A shard that was once found processed is not read again.
 *
 * A shard with a position has replaced others only after these were processed: Lambda reads a shard
 * when its parents are read to their end. So a closed shard needs no position of its own.
 */
export function createFindUnprocessed(
  deps: Pick<ReachDeps, 'stream_names' | 'readPositions' | 'stream_ends'>,
  accepted_before: number,
): () => Promise<Unprocessed> {
  const done = new Set<string>();
  const limit = pLimit(SHARDS_AT_A_TIME);
  return async () => {
    const positions = new Map((await deps.readPositions()).map((one) => [nameShard(one), one]));
    const lists = await Promise.all(deps.stream_names.map(deps.stream_ends.listShards));
    const shards = lists.flat();
    for (const name of findEnded(shards, positions)) done.add(name);
    const looks = shards
      .filter((shard) => !done.has(nameShard(shard)))
      .map((shard) =>
        limit(async (): Promise<BehindShard[]> => {
          const position = positions.get(nameShard(shard))?.sequence_number;
          const arrived_at = await deps.stream_ends.findNextArrival(shard, position);
          if (arrived_at !== undefined && arrived_at < accepted_before)
            return [{ ...shard, position, arrived_at }];
          done.add(nameShard(shard));
          return [];
        }),
      );
    const times = [...positions.values()].map(({ processed_at }) => Date.parse(processed_at));
    return {
      behind: (await Promise.all(looks)).flat(),
      shards,
      last_processed_at: times.reduce((one, other) => Math.max(one, other), 0),
    };
  };
}

/** Returns the names of all ancestors of the shards that have a position. */
function findEnded(shards: StreamShard[], positions: Map<string, ProcessedPosition>): Set<string> {
  const by_name = new Map(shards.map((shard) => [nameShard(shard), shard]));
  const ended = new Set<string>();
  const open = shards.filter((shard) => positions.has(nameShard(shard)));
  for (let shard = open.pop(); shard !== undefined; shard = open.pop()) {
    for (const shard_id of shard.parents) {
      const name = nameShard({ ...shard, shard_id });
      const parent = by_name.get(name);
      if (parent === undefined || ended.has(name)) continue;
      ended.add(name);
      open.push(parent);
    }
  }
  return ended;
}
