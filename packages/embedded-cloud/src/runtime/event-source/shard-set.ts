import type { Checkpoints } from './checkpoints.ts';
import type { ShardReader, ShardStatus } from './shard-reader.ts';
import type { Shard } from './source.ts';

/** The shards of one stream. A mapping reads some shards now, and reads the others later. */
export interface ShardSet {
  /**
   * Starts the readers of new shards. The reader of a shard starts only after the shard's parents
   * are drained.
   */
  update(shards: Shard[], checkpoints: Checkpoints): void;
  status(): ShardSetStatus;
  /** Resolves after every reader has stopped. */
  waitUntilStopped(): Promise<void>;
}

export interface ShardSetStatus {
  in_flight: number;
  /** Whether every shard was read to its end and no record is unfinished. */
  idle: boolean;
  /**
   * A time in milliseconds since 1970. The mapping has read all records that arrived in the stream
   * before this time. The value is null if a shard may have unread records.
   */
  caught_up_at: number | null;
  shards: ShardStatus[];
}

export function createShardSet(
  startReader: (shard_id: string, checkpoints: Checkpoints) => ShardReader,
): ShardSet {
  const readers = new Map<string, ShardReader>();
  let waiting: Shard[] = [];
  return {
    update(shards, checkpoints) {
      const { ready, blocked } = sortShards(shards, checkpoints);
      waiting = blocked;
      for (const { shard_id } of ready) {
        if (!readers.has(shard_id)) readers.set(shard_id, startReader(shard_id, checkpoints));
      }
    },
    status() {
      const running = [...readers.values()].map((reader) => reader.status());
      return summarize([...running, ...waiting.map(waitingStatus)]);
    },
    async waitUntilStopped() {
      await Promise.all([...readers.values()].map((reader) => reader.waitUntilStopped()));
    },
  };
}

/**
 * Divides the shards that are not drained into ready shards and blocked shards. A shard is blocked
 * while one of its parents is still listed and not drained.
 */
function sortShards(shards: Shard[], checkpoints: Checkpoints) {
  const listed = new Set(shards.map(({ shard_id }) => shard_id));
  const isDrained = (shard_id: string) => checkpoints.of(shard_id).drained === true;
  const isOver = (parent: string) => !listed.has(parent) || isDrained(parent);
  const open = shards.filter(({ shard_id }) => !isDrained(shard_id));
  return {
    ready: open.filter(({ parents }) => parents.every(isOver)),
    blocked: open.filter(({ parents }) => !parents.every(isOver)),
  };
}

function summarize(shards: ShardStatus[]): ShardSetStatus {
  const times = shards.map((shard) => shard.caught_up_at);
  const isCaughtUp = times.length > 0 && times.every((time) => time !== null);
  return {
    in_flight: shards.reduce((sum, shard) => sum + shard.in_flight, 0),
    idle: isCaughtUp && shards.every((shard) => shard.unfinished === 0),
    caught_up_at: isCaughtUp ? Math.min(...times) : null,
    shards,
  };
}

function waitingStatus({ shard_id }: Shard): ShardStatus {
  return {
    shard_id,
    state: 'waiting_for_parents',
    checkpoint: null,
    unfinished: 0,
    in_flight: 0,
    oldest_age_ms: 0,
    caught_up_at: null,
  };
}
