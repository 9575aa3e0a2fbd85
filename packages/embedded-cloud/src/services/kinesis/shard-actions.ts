import type { JsonObject } from '../../gateway/json-protocol.ts';
import { fromHex, toHex } from '../stream-log/hash-range.ts';
import { invalidArgument } from './errors.ts';
import { filterShards } from './list-shards.ts';
import { findShard } from './position.ts';
import { describeShard, findStream, type KinesisLog, readStreamName } from './stream.ts';
import { HASH_PATTERN, readInteger, readText } from './validate.ts';

/** Creates the actions that list and change the shards of streams. */
export function createShardActions(log: KinesisLog) {
  return {
    async ListShards(input: JsonObject) {
      const { NextToken } = input;
      if ((NextToken === undefined) === (readStreamName(input) === undefined)) {
        throw invalidArgument('Either NextToken or StreamName should be provided, and not both.');
      }
      const [name, last] = typeof NextToken === 'string' ? readToken(NextToken) : [];
      const stream = findStream(log, name === undefined ? input : { StreamName: name });
      const limit = readInteger(input, 'MaxResults', { least: 1, most: 10_000, absent: 1_000 });
      const start = last ?? input.ExclusiveStartShardId;
      const after = filterShards(stream, input.ShardFilter).filter(
        ({ shard_id }) => typeof start !== 'string' || shard_id > start,
      );
      const page = after.slice(0, limit);
      return {
        Shards: page.map(describeShard),
        ...(after.length > limit && { NextToken: writeToken(stream.id, page.at(-1)!.shard_id) }),
      };
    },
    async SplitShard(input: JsonObject) {
      const stream = findStream(log, input);
      const { shard_id, hashes } = findShard(stream, input, 'ShardToSplit');
      const hash = toHex(BigInt(readText(input, 'NewStartingHashKey', HASH_PATTERN)));
      if (hash <= hashes.first || hash > hashes.last) {
        throw invalidArgument(
          `NewStartingHashKey ${String(input.NewStartingHashKey)} used in SplitShard() on shard ${shard_id} in stream ` +
            `${stream.id} is not within the hash keys of the shard.`,
        );
      }
      const ranges = [
        { first: hashes.first, last: toHex(fromHex(hash) - 1n) },
        { first: hash, last: hashes.last },
      ];
      const is_split = await log.replaceShards(stream.id, [shard_id], ranges);
      if (!is_split) throw invalidArgument(`The shard ${shard_id} is closed.`);
      return {};
    },
    async MergeShards(input: JsonObject) {
      const stream = findStream(log, input);
      const one = findShard(stream, input, 'ShardToMerge');
      const other = findShard(stream, input, 'AdjacentShardToMerge');
      const [low, high] = one.hashes.first < other.hashes.first ? [one, other] : [other, one];
      const is_adjacent = fromHex(low.hashes.last) + 1n === fromHex(high.hashes.first);
      const range = { first: low.hashes.first, last: high.hashes.last };
      const ids = [one.shard_id, other.shard_id];
      if (is_adjacent && (await log.replaceShards(stream.id, ids, [range]))) return {};
      throw invalidArgument(
        `Shards ${ids.join(' and ')} in stream ${stream.id} are not an adjacent pair of shards eligible for merging`,
      );
    },
  };
}

const writeToken = (stream: string, shard_id: string): string =>
  Buffer.from(JSON.stringify([stream, shard_id])).toString('base64');

function readToken(token: string): [string, string] {
  try {
    const [stream, shard_id] = JSON.parse(Buffer.from(token, 'base64').toString()) as unknown[];
    if (typeof stream === 'string' && typeof shard_id === 'string') return [stream, shard_id];
  } catch {
    // The token is not one of this emulator.
  }
  throw invalidArgument('NextToken is invalid.');
}
