import type { JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import { fromHex, toHex } from '../stream-log/hash-range.ts';
import { invalidArgument } from './errors.ts';
import { filterShards } from './list-shards.ts';
import { findShard } from './position.ts';
import { scaleShards } from './scale.ts';
import {
  buildStreamArn,
  describeShard,
  findStream,
  isOpen,
  type KinesisLog,
  readStreamName,
} from './stream.ts';
import { HASH_PATTERN, readInteger, readText } from './validate.ts';

const DAY_MS = 24 * 3_600_000;
/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const MOST_SCALINGS = 10;
const MOST_SHARDS = 10_000;

/** Creates the actions that list and change the shards of streams. */
export function createShardActions(log: KinesisLog, now: () => number) {
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
    async UpdateShardCount(input: JsonObject) {
      const stream = findStream(log, input);
      const target = readInteger(input, 'TargetShardCount', { least: 1, most: MOST_SHARDS });
      const { mode, scaled_at } = stream.details;
      if (mode !== 'PROVISIONED') {
        throw emulatedError('ValidationException', 'UpdateShardCount needs a provisioned stream.');
      }
      if (input.ScalingType !== 'UNIFORM_SCALING') {
        throw invalidArgument('ScalingType must be UNIFORM_SCALING.');
      }
      const current = stream.shards.filter(isOpen).length;
      if (target > 2 * current || target < current / 2) {
        throw invalidArgument(
          `UpdateShardCount cannot scale ${current} shards to ${target}: at most to double, at least to half.`,
        );
      }
      const recent = scaled_at.filter((time) => time > now() - DAY_MS);
      if (recent.length >= MOST_SCALINGS) {
        throw emulatedError(
          'LimitExceededException',
          `The stream ${stream.id} was scaled ${MOST_SCALINGS} times within 24 hours.`,
        );
      }
      await log.update(stream.id, {
        details: { ...stream.details, scaled_at: [...recent, now()] },
      });
      await scaleShards(log, stream.id, target);
      return {
        StreamName: stream.id,
        StreamARN: buildStreamArn(stream.id),
        CurrentShardCount: current,
        TargetShardCount: target,
      };
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
