import { ServiceError } from '../../schemas/index.ts';
import type { ReachDeps, StreamShard } from './ports.ts';
import { nameShard, type Unprocessed } from './streams.ts';

/** Time after which a position that does not move gets a marker, in milliseconds. */
export const MARK_AFTER_MS = 10_000;
/** Time after which another marker follows, because the first one may have been lost too. */
const MARK_AGAIN_MS = 60_000;

/**
 * Creates a function that puts a marker on shards whose positions do not move. A position can stay
 * behind although the consumer has processed the shard: its write failed, the batch went to the failure
 * bucket, or the consumer of an earlier release stored none. On a shard that gets records, the next batch
 * corrects it. On a quiet shard the marker is this next record. A closed shard takes no marker; those
 * that have replaced it do, because they are read after it.
 */
export function createMarkShards({
  stream_ends,
  now,
  onNote,
}: Pick<ReachDeps, 'stream_ends' | 'now' | 'onNote'>): (found: Unprocessed) => Promise<void> {
  /** Since when a shard has stood at its position. */
  const standing = new Map<string, { position: string | undefined; since: number }>();
  const marked_at = new Map<string, number>();
  let is_refused = false;

  function isStanding(name: string, position: string | undefined): boolean {
    const known = standing.get(name);
    if (known !== undefined && known.position === position) {
      return now() - known.since >= MARK_AFTER_MS;
    }
    standing.set(name, { position, since: now() });
    return false;
  }

  async function mark(shard: StreamShard & { hash_key: string }): Promise<void> {
    const name = nameShard(shard);
    if (now() - (marked_at.get(name) ?? -Infinity) < MARK_AGAIN_MS) return;
    try {
      await stream_ends.putMarker(shard);
      marked_at.set(name, now());
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (error.retryable) return;
      is_refused = true;
      onNote?.(
        `The position of the consumer in ${shard.shard_id} of ${shard.stream_name} does not move, and Kinesis refuses a marker (${error.code}). If no records arrive there, the wait may last until its limit.`,
      );
    }
  }

  return async ({ behind, shards }) => {
    const stuck = behind.filter((shard) => isStanding(nameShard(shard), shard.position));
    for (const shard of findOpen(stuck, shards)) if (!is_refused) await mark(shard);
  };
}

/** Returns the shards that take records, among the given ones and those that have replaced them. */
function findOpen(
  given: StreamShard[],
  shards: StreamShard[],
): (StreamShard & { hash_key: string })[] {
  const found = new Map(given.map((shard) => [nameShard(shard), shard]));
  for (const { stream_name, shard_id } of found.values()) {
    for (const child of shards) {
      if (child.stream_name === stream_name && child.parents.includes(shard_id)) {
        found.set(nameShard(child), child);
      }
    }
  }
  return [...found.values()].flatMap((shard) =>
    shard.hash_key === undefined ? [] : [{ ...shard, hash_key: shard.hash_key }],
  );
}
