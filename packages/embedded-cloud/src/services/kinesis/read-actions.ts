import type { JsonObject } from '../../gateway/json-protocol.ts';
import { joinRecords } from '../stream-log/join-records.ts';
import type { LogRecord, Page } from '../stream-log/types.ts';
import { shardNotFound } from './errors.ts';
import { encodeIterator, readIterator } from './iterator.ts';
import { findShard, resolveStart } from './position.ts';
import { describeShard, findStream, type KinesisLog, type LoggedStream } from './stream.ts';
import type { Throughput } from './throughput.ts';
import { readInteger } from './validate.ts';

/**
 * Maximum number of records in one response, and maximum size of their data in bytes.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
const MOST_RECORDS = 10_000;
const MOST_BYTES = 10 * 1024 * 1024;

/** The answer of GetRecords in JSON, with its records. */
export interface RecordsAnswer {
  body: Buffer;
  records: LogRecord[];
}

/** Creates the actions that read records. */
export function createReadActions(log: KinesisLog, throughput: Throughput, now: () => number) {
  return {
    async GetShardIterator(input: JsonObject): Promise<JsonObject> {
      const stream = findStream(log, input);
      const shard = findShard(stream, input);
      const start = {
        type: input.ShardIteratorType,
        sequence_number: input.StartingSequenceNumber,
        timestamp: input.Timestamp,
      };
      const position = await resolveStart(log, stream, shard, start, now());
      const place = { stream: stream.id, shard_id: shard.shard_id, position };
      return { ShardIterator: encodeIterator({ ...place, issued_at: now() }) };
    },
    async GetRecords(input: JsonObject): Promise<RecordsAnswer> {
      const place = readIterator(input.ShardIterator, now());
      const { stream, shard_id, position } = place;
      const limit = readInteger(input, 'Limit', {
        least: 1,
        most: MOST_RECORDS,
        absent: MOST_RECORDS,
      });
      throughput.checkRead(stream, shard_id);
      const limits = { records: limit, bytes: MOST_BYTES };
      const page = await log.read(stream, shard_id, position, limits);
      const found = log.find(stream);
      if (page === undefined || found === undefined) throw shardNotFound(shard_id, stream);
      const { records, next, is_end } = page;
      throughput.chargeRead(stream, shard_id, sumBytes(records));
      const rest = {
        MillisBehindLatest: measureDelay(page, now()),
        ...(is_end
          ? { ChildShards: describeChildren(found, shard_id) }
          : { NextShardIterator: encodeIterator({ ...place, position: next, issued_at: now() }) }),
      };
      return { body: joinRecords(records, rest), records };
    },
  };
}

const sumBytes = (records: LogRecord[]): number =>
  records.reduce((sum, { bytes }) => sum + bytes, 0);

/** Returns the time between the last record of a page and the newest record of the shard. */
export function measureDelay({ has_more, records }: Page, now_ms: number): number {
  if (!has_more) return 0;
  return Math.max(0, now_ms - (records.at(-1)?.arrived_at ?? now_ms));
}

/** Describes the children of a shard, as GetRecords does at the end of the shard. */
export function describeChildren({ shards }: LoggedStream, shard_id: string): JsonObject[] {
  return shards
    .filter(({ parents }) => parents.includes(shard_id))
    .map((shard) => ({
      ShardId: shard.shard_id,
      ParentShards: shard.parents,
      HashKeyRange: describeShard(shard).HashKeyRange,
    }));
}
