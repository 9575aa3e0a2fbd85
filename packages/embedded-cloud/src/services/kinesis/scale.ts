import { divideHashes, fromHex, toHex } from '../stream-log/hash-range.ts';
import type { HashRange, LogShard } from '../stream-log/types.ts';
import { isOpen, type KinesisLog } from './stream.ts';

/**
 * Replaces the shards of a stream by shards of equal size. As on AWS, shards are first split and then
 * merged in pairs, so that each shard has at most two parents.
 */
export async function scaleShards(
  log: KinesisLog,
  stream_id: string,
  count: number,
): Promise<void> {
  const openShards = (): LogShard[] =>
    (log.find(stream_id)?.shards ?? [])
      .filter(isOpen)
      .sort((one, other) => (one.hashes.first < other.hashes.first ? -1 : 1));
  const targets = divideHashes(count);
  for (const { first } of targets) {
    const shard = openShards().find(({ hashes }) => hashes.first < first && hashes.last >= first);
    if (shard === undefined) continue;
    const ranges: HashRange[] = [
      { first: shard.hashes.first, last: toHex(fromHex(first) - 1n) },
      { first, last: shard.hashes.last },
    ];
    void (await log.replaceShards(stream_id, [shard.shard_id], ranges));
  }
  for (const target of targets) {
    const isWithin = ({ hashes }: LogShard) =>
      hashes.first >= target.first && hashes.last <= target.last;
    for (let parts = openShards().filter(isWithin); parts.length > 1; ) {
      const [one, other] = parts as [LogShard, LogShard];
      const range = { first: one.hashes.first, last: other.hashes.last };
      void (await log.replaceShards(stream_id, [one.shard_id, other.shard_id], [range]));
      parts = openShards().filter(isWithin);
    }
  }
}
