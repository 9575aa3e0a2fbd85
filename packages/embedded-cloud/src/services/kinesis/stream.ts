import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import { fromHex } from '../stream-log/hash-range.ts';
import type { StreamLog } from '../stream-log/stream-log.ts';
import type { LogShard, LogStream } from '../stream-log/types.ts';
import { invalidArgument, streamNotFound } from './errors.ts';
import { readText } from './validate.ts';

export interface Consumer {
  name: string;
  arn: string;
  created_at: number;
}

/** The fields of a Kinesis stream, beside its shards. */
export interface KinesisStream {
  mode: 'ON_DEMAND' | 'PROVISIONED';
  tags: Record<string, string>;
  consumers: Consumer[];
  /** Times at which UpdateShardCount changed the stream, in epoch milliseconds. */
  scaled_at: number[];
}

export type KinesisLog = StreamLog<KinesisStream>;
export type LoggedStream = LogStream<KinesisStream>;

export const HOUR_MS = 3_600_000;

const ARN_PREFIX = `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/`;

export const buildStreamArn = (name: string): string => `${ARN_PREFIX}${name}`;

/**
 * Returns the name of the stream in an input, which has the name, the stream's ARN, or the ARN of a
 * consumer of the stream.
 */
export function readStreamName({ StreamName, StreamARN, ConsumerARN }: JsonObject): unknown {
  const arn = StreamARN ?? ConsumerARN;
  if (StreamName !== undefined || typeof arn !== 'string') return StreamName;
  return arn.startsWith(ARN_PREFIX) ? arn.slice(ARN_PREFIX.length).split('/')[0] : undefined;
}

/**
 * Finds the stream of an input.
 * @throws {EmulatedError} ResourceNotFoundException or ValidationException
 */
export function findStream(log: KinesisLog, input: JsonObject): LoggedStream {
  const name = readText({ streamName: readStreamName(input) }, 'streamName');
  const stream = log.find(name);
  if (stream === undefined) throw streamNotFound(name);
  return stream;
}

export const isOpen = ({ closed }: LogShard): boolean => closed === undefined;

/** Reads the mode of CreateStream or UpdateStreamMode. */
export function readMode({ StreamModeDetails }: JsonObject): KinesisStream['mode'] {
  const mode = isObject(StreamModeDetails) ? StreamModeDetails.StreamMode : 'PROVISIONED';
  if (mode === 'ON_DEMAND' || mode === 'PROVISIONED') return mode;
  throw invalidArgument('StreamMode must be ON_DEMAND or PROVISIONED.');
}

/** Describes a stream, without its shards. */
export function describe({ id, created_at, retention_ms, details }: LoggedStream): JsonObject {
  return {
    StreamName: id,
    StreamARN: buildStreamArn(id),
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: details.mode },
    RetentionPeriodHours: retention_ms / HOUR_MS,
    StreamCreationTimestamp: created_at / 1000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
  };
}

export function describeShard(shard: LogShard): JsonObject {
  const [parent, adjacent] = shard.parents;
  return {
    ShardId: shard.shard_id,
    ...(parent !== undefined && { ParentShardId: parent }),
    ...(adjacent !== undefined && { AdjacentParentShardId: adjacent }),
    HashKeyRange: {
      StartingHashKey: String(fromHex(shard.hashes.first)),
      EndingHashKey: String(fromHex(shard.hashes.last)),
    },
    SequenceNumberRange: {
      StartingSequenceNumber: shard.first_sequence,
      ...(shard.closed !== undefined && { EndingSequenceNumber: shard.closed.last_sequence }),
    },
  };
}
