import { isObject, type JsonObject } from '../../../gateway/json-protocol.ts';
import { emulatedError } from '../../../gateway/level-emulator.ts';
import type { LogShard } from '../../stream-log/types.ts';
import { createTokenBucket } from '../../token-bucket.ts';
import { buildStreamArn, type LoggedStream, readStreamArn } from './table-stream.ts';
import type { TableStreams } from './table-streams.ts';

/** Maximum number of streams or shards in one answer. */
const MOST_LISTED = 100;

/**
 * Calls of DescribeStream in a second.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
 */
const DESCRIBES_PER_SECOND = 10;

/** Creates the actions that list and describe streams. */
export function createDescribeActions(streams: TableStreams, now: () => number) {
  const rate = createTokenBucket({ rate: DESCRIBES_PER_SECOND, burst: DESCRIBES_PER_SECOND, now });
  return {
    async ListStreams(input: JsonObject): Promise<JsonObject> {
      const { TableName, ExclusiveStartStreamArn } = input;
      const ids = streams.log
        .streams()
        .filter(({ details }) => TableName === undefined || details.table === TableName)
        .map(({ id }) => id)
        .sort();
      const page = pageOf(ids, readStreamArn(ExclusiveStartStreamArn), readLimit(input.Limit));
      return {
        Streams: page.list.map((id) => {
          const [TableName, , StreamLabel] = id.split('/');
          return { StreamArn: buildStreamArn(id), TableName, StreamLabel };
        }),
        ...(page.last !== undefined && { LastEvaluatedStreamArn: buildStreamArn(page.last) }),
      };
    },
    async DescribeStream(input: JsonObject): Promise<JsonObject> {
      if (!rate.take(1)) throw emulatedError('ThrottlingException', 'Rate of requests exceeds 10.');
      const stream = findStream(streams, input.StreamArn);
      const shards = filterShards(stream.shards, input.ShardFilter);
      const ids = shards.map(({ shard_id }) => shard_id);
      const page = pageOf(ids, input.ExclusiveStartShardId, readLimit(input.Limit));
      return {
        StreamDescription: {
          ...describe(stream),
          Shards: shards.filter(({ shard_id }) => page.list.includes(shard_id)).map(describeShard),
          ...(page.last !== undefined && { LastEvaluatedShardId: page.last }),
        },
      };
    },
  };
}

/**
 * Finds a stream by its ARN.
 * @throws {EmulatedError} ResourceNotFoundException
 */
export function findStream(streams: TableStreams, arn: unknown): LoggedStream {
  const stream = streams.log.find(readStreamArn(arn) ?? '');
  if (stream !== undefined) return stream;
  throw emulatedError(
    'ResourceNotFoundException',
    `Requested resource not found: Stream: ${String(arn)} not found`,
  );
}

/**
 * Finds a shard of a stream.
 * @throws {EmulatedError} ResourceNotFoundException
 */
export function findShard({ shards }: LoggedStream, shard_id: unknown): LogShard {
  const shard = shards.find((candidate) => candidate.shard_id === shard_id);
  if (shard !== undefined) return shard;
  throw emulatedError(
    'ResourceNotFoundException',
    `Requested resource not found: Shard: ${String(shard_id)} not found`,
  );
}

/** Reads the limit of a call. @throws {EmulatedError} ValidationException */
export function readLimit(limit: unknown, most = MOST_LISTED): number {
  if (limit === undefined || limit === null) return most;
  if (Number.isInteger(limit) && Number(limit) >= 1) return Math.min(most, Number(limit));
  throw emulatedError(
    'ValidationException',
    "1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
  );
}

/** Returns the ids after `start`, and the last of them if more ids follow. */
function pageOf(ids: string[], start: unknown, limit: number): { list: string[]; last?: string } {
  const from = typeof start === 'string' ? ids.indexOf(start) + 1 : 0;
  const list = ids.slice(from, from + limit);
  const last = list.at(-1);
  return from + list.length < ids.length && last !== undefined ? { list, last } : { list };
}

function filterShards(shards: LogShard[], filter: unknown): LogShard[] {
  if (!isObject(filter)) return shards;
  if (filter.Type !== 'CHILD_SHARDS') {
    throw emulatedError(
      'ValidationException',
      "1 validation error detected: Value at 'shardFilter.type' failed to satisfy constraint: Member must satisfy enum value set: [CHILD_SHARDS]",
    );
  }
  return shards.filter(({ parents }) => parents.includes(String(filter.ShardId)));
}

function describe({ id, created_at, details }: LoggedStream): JsonObject {
  return {
    StreamArn: buildStreamArn(id),
    StreamLabel: details.label,
    StreamStatus: details.disabled_at === undefined ? 'ENABLED' : 'DISABLED',
    StreamViewType: details.view_type,
    CreationRequestDateTime: created_at / 1000,
    TableName: details.table,
    KeySchema: details.key_schema,
  };
}

function describeShard({ shard_id, parents, first_sequence, closed }: LogShard): JsonObject {
  return {
    ShardId: shard_id,
    SequenceNumberRange: {
      StartingSequenceNumber: first_sequence,
      ...(closed !== undefined && { EndingSequenceNumber: closed.last_sequence }),
    },
    ...(parents.length > 0 && { ParentShardId: parents[0] }),
  };
}
