import type { JsonObject } from '../../gateway/json-protocol.ts';
import type { LogShard, Position } from '../stream-log/types.ts';
import { invalidArgument, shardNotFound } from './errors.ts';
import { isSequenceOf } from './numbering.ts';
import type { KinesisLog, LoggedStream } from './stream.ts';
import { invalid, readText } from './validate.ts';

/** Where reading starts, as in GetShardIterator and in SubscribeToShard. */
export interface Start {
  type: unknown;
  sequence_number: unknown;
  /** Seconds since 1970. */
  timestamp: unknown;
}

const TYPES = [
  'AFTER_SEQUENCE_NUMBER',
  'LATEST',
  'AT_TIMESTAMP',
  'AT_SEQUENCE_NUMBER',
  'TRIM_HORIZON',
];

/** Finds a shard of a stream. @throws {EmulatedError} ResourceNotFoundException */
export function findShard(stream: LoggedStream, input: JsonObject, name = 'ShardId'): LogShard {
  const shard_id = readText(input, name);
  const shard = stream.shards.find((candidate) => candidate.shard_id === shard_id);
  if (shard === undefined) throw shardNotFound(shard_id, stream.id);
  return shard;
}

/**
 * Returns the position at which reading starts.
 * @throws {EmulatedError} InvalidArgumentException or ValidationException
 */
export async function resolveStart(
  log: KinesisLog,
  stream: LoggedStream,
  shard: LogShard,
  start: Start,
  now_ms: number,
): Promise<Position> {
  const oldest = { sequence_number: shard.first_sequence, is_after: false };
  const { type, sequence_number, timestamp } = start;
  if (!TYPES.includes(String(type))) {
    throw invalid('shardIteratorType', `satisfy enum value set: [${TYPES.join(', ')}]`, type);
  }
  const needs_number = String(type).endsWith('SEQUENCE_NUMBER');
  const has_number = sequence_number !== undefined && sequence_number !== null;
  if (needs_number !== has_number && type !== 'AT_TIMESTAMP') throw wrongNumber(type, has_number);
  switch (type) {
    case 'TRIM_HORIZON':
      return oldest;
    case 'LATEST':
      return log.latest(stream.id, shard.shard_id) ?? oldest;
    case 'AT_TIMESTAMP':
      checkTimestamp(timestamp, now_ms);
      return (await log.seek(stream.id, shard.shard_id, timestamp * 1000)) ?? oldest;
    default:
      return {
        sequence_number: checkSequence(shard, stream, sequence_number),
        is_after: type === 'AFTER_SEQUENCE_NUMBER',
      };
  }
}

function wrongNumber(type: unknown, has_number: boolean) {
  return invalidArgument(
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
      '(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
      `Request specified ${String(type)} and ${has_number ? 'also a' : 'no'} StartingSequenceNumber.`,
  );
}

function checkTimestamp(timestamp: unknown, now_ms: number): asserts timestamp is number {
  if (typeof timestamp !== 'number') {
    throw invalidArgument(
      'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
    );
  }
  if (timestamp * 1000 <= now_ms) return;
  throw invalidArgument(
    'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
      `timestampInMillis: ${timestamp * 1000}, currentTimestampInMillis: ${now_ms}`,
  );
}

function checkSequence(shard: LogShard, stream: LoggedStream, sequence_number: unknown): string {
  const is_number = typeof sequence_number === 'string' && /^\d+$/.test(sequence_number);
  if (is_number && isSequenceOf(shard.first_sequence, sequence_number)) return sequence_number;
  throw invalidArgument(
    `StartingSequenceNumber ${String(sequence_number)} used in GetShardIterator on shard ${shard.shard_id} ` +
      `in stream ${stream.id} is invalid because it did not come from this stream.`,
  );
}
