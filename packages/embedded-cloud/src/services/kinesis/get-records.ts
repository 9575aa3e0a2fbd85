import { promisify } from 'node:util';
import type { JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import {
  type KinesisStore,
  readIterator,
  type ShardPosition,
  type StoredRecord,
  type StoredShard,
  type StoredStream,
  sequences,
} from './store.ts';

/**
 * Maximum number of records in one response, and maximum size of their data in bytes.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
const MOST_RECORDS = 10_000;
const MOST_BYTES = 10 * 1024 * 1024;
const ITERATOR_LIFE_MS = 300_000;

interface RecordPage {
  records: (StoredRecord & { SequenceNumber: string })[];
  /** Whether the shard has more records after this page. */
  has_more: boolean;
  /** Keys of the records that are older than the stream's retention period. */
  expired: string[];
}

/**
 * Replaces kinesalite's GetRecords, which has three flaws. First, kinesalite reads 10,000 records
 * of any size into memory. Second, kinesalite advances the iterator of an empty shard to the
 * current time, so that the iterator can skip a record that is written at the end of a second.
 * Third, kinesalite always returns 0 in `MillisBehindLatest`.
 */
export function createGetRecords(store: KinesisStore, now: () => number) {
  const findStream = promisify(store.getStream);
  return async (input: JsonObject): Promise<JsonObject> => {
    const position = readPosition(input.ShardIterator, now());
    // The stream is read before the records. If the shard is already closed when the stream is
    // read, the shard cannot receive more records while its records are read.
    const stream = await findStream(position.stream).catch((cause) =>
      throwNotFound(position, cause),
    );
    const shard = stream.Shards[position.shard_index];
    if (shard === undefined) return throwNotFound(position);
    const page = await readPage(store, position, stream, readLimit(input.Limit), now());
    return createResponse(page, position, shard, now());
  };
}

function readPosition(iterator: unknown, now_ms: number): ShardPosition {
  const position = readIterator(iterator);
  if (position === undefined) {
    throw emulatedError('InvalidArgumentException', 'Invalid ShardIterator.');
  }
  if (now_ms - position.issued_at > ITERATOR_LIFE_MS) {
    throw emulatedError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${new Date(position.issued_at).toUTCString()} while right ` +
        `now it is ${new Date(now_ms).toUTCString()} which is further in the future than the tolerated delay of ` +
        `${ITERATOR_LIFE_MS} milliseconds.`,
    );
  }
  return position;
}

function readLimit(limit: unknown): number {
  if (limit === undefined || limit === null) return MOST_RECORDS;
  if (Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= MOST_RECORDS) {
    return Number(limit);
  }
  throw emulatedError(
    'ValidationException',
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: ` +
      `Member must have value between 1 and ${MOST_RECORDS}`,
  );
}

function throwNotFound({ shard_id, stream }: ShardPosition, cause?: unknown): never {
  if (cause !== undefined && (cause as Error).name !== 'NotFoundError') throw cause;
  throw emulatedError(
    'ResourceNotFoundException',
    `Shard ${shard_id} in stream ${stream} does not exist`,
  );
}

async function readPage(
  store: KinesisStore,
  position: ShardPosition,
  { RetentionPeriodHours }: StoredStream,
  limit: number,
  now_ms: number,
): Promise<RecordPage> {
  const space = store.getStreamDb(position.stream);
  const oldest_seconds = now_ms / 1000 - RetentionPeriodHours * 3600;
  const page: RecordPage = { records: [], has_more: false, expired: [] };
  let bytes = 0;
  const range = {
    gte: `${sequences.shardIxToHex(position.shard_index)}/${position.sequence_number}`,
    lt: sequences.shardIxToHex(position.shard_index + 1),
  };
  for await (const entry of space.createReadStream(range)) {
    const { key, value } = entry as { key: string; value: StoredRecord };
    if (value.ApproximateArrivalTimestamp < oldest_seconds) {
      page.expired.push(key);
      continue;
    }
    bytes += Buffer.byteLength(value.Data, 'base64');
    if (page.records.length === limit || (bytes > MOST_BYTES && page.records.length > 0)) {
      page.has_more = true;
      break;
    }
    page.records.push({ ...value, SequenceNumber: key.slice(key.indexOf('/') + 1) });
  }
  if (page.expired.length > 0) {
    const deletions = page.expired.map((key) => ({ type: 'del' as const, key }));
    await promisify(space.batch.bind(space))(deletions);
  }
  return page;
}

function createResponse(
  { records, has_more }: RecordPage,
  { stream, shard_id, sequence_number }: ShardPosition,
  { SequenceNumberRange }: StoredShard,
  now_ms: number,
): JsonObject {
  const last = records.at(-1);
  const next =
    last === undefined ? sequence_number : sequences.incrementSequence(last.SequenceNumber);
  const is_ended = !has_more && SequenceNumberRange.EndingSequenceNumber !== undefined;
  const behind = now_ms - (last?.ApproximateArrivalTimestamp ?? 0) * 1000;
  return {
    Records: records,
    MillisBehindLatest: has_more ? Math.max(0, Math.round(behind)) : 0,
    ...(!is_ended && { NextShardIterator: sequences.createShardIterator(stream, shard_id, next) }),
  };
}
