import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../gateway/json-protocol.ts';
import { emulatedError } from '../../../gateway/level-emulator.ts';
import type { Caller } from '../../../gateway/types.ts';
import { joinRecords } from '../../stream-log/join-records.ts';
import { isBefore } from '../../stream-log/read.ts';
import type { LogShard, Position } from '../../stream-log/types.ts';
import { findShard, findStream, readLimit } from './describe-actions.ts';
import { encodeIterator, readIterator } from './iterator.ts';
import { createReaderCheck } from './readers.ts';
import type { LoggedStream } from './table-stream.ts';
import type { TableStreams } from './table-streams.ts';

/**
 * Limits of a GetRecords call.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 */
const MOST_RECORDS = 1_000;
const MOST_BYTES = 1024 * 1024;

/** Creates the actions that read the records of a stream. */
export function createReadActions(streams: TableStreams, now: () => number) {
  const checkReader = createReaderCheck(now);
  return {
    async GetShardIterator(input: JsonObject): Promise<JsonObject> {
      const stream = findStream(streams, input.StreamArn);
      const shard = findShard(stream, input.ShardId);
      const position = await resolvePosition(streams, stream, shard, input);
      const place = { stream_id: stream.id, shard_id: shard.shard_id, position };
      const iterator = { ...place, issued_at: now(), reader: randomUUID() };
      return { ShardIterator: encodeIterator({ ...iterator, does_continue: false }) };
    },
    /** @returns the answer in JSON, because the records are stored in JSON */
    async GetRecords(input: JsonObject, caller: Caller): Promise<Buffer> {
      const limit = readRecordLimit(input.Limit);
      const iterator = readIterator(input.ShardIterator, now());
      const { stream_id, shard_id, position } = iterator;
      // All calls of a role count as one reader, because a mapping has a role of its own, and gets a
      // new iterator after each error.
      const { role_logical_id: role } = caller;
      const reader = role ?? iterator.reader;
      const is_reader = role !== undefined || iterator.does_continue;
      checkReader(`${stream_id}/${shard_id}`, reader, is_reader);
      const limits = { records: limit, bytes: MOST_BYTES };
      const page = await streams.log.read(stream_id, shard_id, position, limits);
      if (page === undefined) throw shardNotFound();
      if (page.is_trimmed) throw trimmedAccess();
      const next = { ...iterator, position: page.next, issued_at: now(), does_continue: true };
      return joinRecords(
        page.records,
        page.is_end ? {} : { NextShardIterator: encodeIterator(next) },
      );
    },
  };
}

function readRecordLimit(limit: unknown): number {
  if (typeof limit === 'number' && limit > MOST_RECORDS) {
    throw emulatedError(
      'LimitExceededException',
      `GetRecords was called with a value of more than ${MOST_RECORDS} for the limit request parameter.`,
    );
  }
  return readLimit(limit, MOST_RECORDS);
}

async function resolvePosition(
  streams: TableStreams,
  stream: LoggedStream,
  shard: LogShard,
  { ShardIteratorType, SequenceNumber }: JsonObject,
): Promise<Position> {
  const start = { sequence_number: shard.first_sequence, is_after: false };
  switch (ShardIteratorType) {
    case 'TRIM_HORIZON':
      return skipTrimmed(streams, stream, shard, start);
    case 'LATEST':
      return streams.log.latest(stream.id, shard.shard_id) ?? start;
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      const sequence_number = checkSequence(shard, SequenceNumber);
      await refuseTrimmed(streams, stream, shard, { sequence_number, is_after: false });
      return { sequence_number, is_after: ShardIteratorType === 'AFTER_SEQUENCE_NUMBER' };
    }
    default:
      throw emulatedError(
        'ValidationException',
        "1 validation error detected: Value at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER]",
      );
  }
}

const ONE = { records: 1, bytes: 1 };

/** Returns the position of the oldest record that was not deleted because of its age. */
async function skipTrimmed(
  { log }: TableStreams,
  { id }: LoggedStream,
  { shard_id, trimmed_through }: LogShard,
  start: Position,
): Promise<Position> {
  const page = await log.read(id, shard_id, start, ONE);
  const [first] = page?.records ?? [];
  if (first !== undefined) return { sequence_number: first.sequence_number, is_after: false };
  if (trimmed_through !== undefined && isBefore(page?.next ?? start, trimmed_through)) {
    return { sequence_number: trimmed_through, is_after: true };
  }
  return page?.next ?? start;
}

async function refuseTrimmed(
  { log }: TableStreams,
  { id }: LoggedStream,
  { shard_id }: LogShard,
  position: Position,
): Promise<void> {
  const page = await log.read(id, shard_id, position, ONE);
  if (page?.is_trimmed) throw trimmedAccess();
}

function checkSequence(shard: LogShard, sequence_number: unknown): string {
  const { first_sequence, closed } = shard;
  const is_number = typeof sequence_number === 'string' && /^\d{21,40}$/.test(sequence_number);
  const has_length = is_number && sequence_number.length === first_sequence.length;
  const is_high = closed !== undefined && has_length && sequence_number > closed.last_sequence;
  if (has_length && sequence_number >= first_sequence && !is_high) return sequence_number;
  throw emulatedError('ValidationException', 'Invalid SequenceNumber');
}

function trimmedAccess() {
  return emulatedError(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  );
}

function shardNotFound() {
  return emulatedError(
    'ResourceNotFoundException',
    'Requested resource not found: Shard not found',
  );
}
