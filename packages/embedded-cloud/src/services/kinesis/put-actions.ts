import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import { hashKey, toHex } from '../stream-log/hash-range.ts';
import type { Entry } from '../stream-log/types.ts';
import { invalidArgument } from './errors.ts';
import { checkPutSizes, computeRecordBytes } from './put-limits.ts';
import { findStream, type KinesisLog } from './stream.ts';
import type { LimitThroughput } from './throughput.ts';
import { HASH_PATTERN, invalid } from './validate.ts';

/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST_RECORDS = 500;
const MOST_KEY_CHARACTERS = 256;
const HIGHEST_HASH = 2n ** 128n - 1n;
const SEQUENCE_PATTERN = /^(0|[1-9]\d{0,128})$/;

/** Creates the actions that put records. */
export function createPutActions(log: KinesisLog, limit: LimitThroughput) {
  return {
    async PutRecord(input: JsonObject) {
      const stream = findStream(log, input);
      const { SequenceNumberForOrdering: ordering } = input;
      if (ordering !== undefined && !SEQUENCE_PATTERN.test(String(ordering))) {
        throw invalidArgument(
          `ExclusiveMinimumSequenceNumber ${String(ordering)} used in PutRecord on stream ${stream.id} is invalid.`,
        );
      }
      checkPutSizes([input]);
      const entry = createEntry(input, '');
      const [refusal] = limit(stream, [entry]);
      if (refusal !== undefined) throw refusal;
      const [place] = await log.append(stream.id, [entry]);
      return { ShardId: place?.shard_id, SequenceNumber: place?.sequence_number };
    },
    async PutRecords(input: JsonObject) {
      const stream = findStream(log, input);
      const records = readRecords(input.Records);
      checkPutSizes(records);
      const entries = records.map((record, index) =>
        createEntry(record, `records.${index + 1}.member.`),
      );
      const refusals = limit(stream, entries);
      const admitted = entries.filter((_, index) => refusals[index] === undefined);
      const places = await log.append(stream.id, admitted);
      let next = 0;
      const results = refusals.map((refusal) => {
        if (refusal !== undefined) {
          return { ErrorCode: refusal.body.__type, ErrorMessage: refusal.message };
        }
        const place = places[next];
        next += 1;
        return { ShardId: place?.shard_id, SequenceNumber: place?.sequence_number };
      });
      return { FailedRecordCount: entries.length - admitted.length, Records: results };
    },
  };
}

function readRecords(records: unknown): JsonObject[] {
  if (!Array.isArray(records)) throw invalid('records', 'not be null');
  if (records.length < 1) throw invalid('records', 'have length greater than or equal to 1', '[]');
  if (records.length > MOST_RECORDS) {
    throw invalid('records', `have length less than or equal to ${MOST_RECORDS}`, records);
  }
  return records.map((record) => (isObject(record) ? record : {}));
}

/**
 * Creates the log's entry of a record. The content is the record as GetRecords returns it.
 * @throws {EmulatedError} if the record is invalid
 */
function createEntry(record: JsonObject, path: string): Entry {
  const { Data, PartitionKey, ExplicitHashKey } = record;
  if (typeof PartitionKey !== 'string') throw invalid(`${path}partitionKey`, 'not be null');
  if (PartitionKey.length < 1 || PartitionKey.length > MOST_KEY_CHARACTERS) {
    const rule =
      PartitionKey.length < 1
        ? 'have length greater than or equal to 1'
        : `have length less than or equal to ${MOST_KEY_CHARACTERS}`;
    throw invalid(`${path}partitionKey`, rule, PartitionKey);
  }
  checkData(Data, path);
  const rest = `,"Data":"${Data}","PartitionKey":${JSON.stringify(PartitionKey)}}`;
  return {
    hash: ExplicitHashKey == null ? hashKey(PartitionKey) : readHash(ExplicitHashKey, path),
    bytes: computeRecordBytes(record),
    render: (sequence_number, arrived_at) =>
      `{"SequenceNumber":"${sequence_number}","ApproximateArrivalTimestamp":${arrived_at / 1000}${rest}`,
  };
}

function checkData(data: unknown, path: string): asserts data is string {
  if (data === undefined || data === null) throw invalid(`${path}data`, 'not be null');
  const is_base64 =
    typeof data === 'string' && data.length % 4 === 0 && /^[a-zA-Z0-9+/]*={0,2}$/.test(data);
  if (is_base64) return;
  throw emulatedError('SerializationException', 'The data can not be converted to a Blob');
}

/** Reads an explicit hash. @returns the hash as 32 hexadecimal digits */
function readHash(hash: unknown, path: string): string {
  if (typeof hash !== 'string' || !HASH_PATTERN.test(hash)) {
    throw invalid(
      `${path}explicitHashKey`,
      `satisfy regular expression pattern: ${HASH_PATTERN.source}`,
      hash,
    );
  }
  if (BigInt(hash) <= HIGHEST_HASH) return toHex(BigInt(hash));
  throw invalidArgument(
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${hash}`,
  );
}
