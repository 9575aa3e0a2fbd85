import { createHash } from 'node:crypto';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { unreadable } from './unreadable.ts';

/**
 * An aggregate of the Kinesis Producer Library (KPL) consists of the magic bytes, a protobuf
 * message of the type AggregatedRecord, and the MD5 of the message. No other record begins with the
 * magic bytes, because the magic bytes are neither valid UTF-8 nor the start of gzip data.
 * Source: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const MD5_BYTES = 16;

/**
 * Field numbers of the protobuf messages AggregatedRecord and Record. The fields for hash keys and
 * tags are ignored.
 */
const AGGREGATED_RECORD = { partition_key_table: 1, records: 3 };
const RECORD = { partition_key_index: 1, data: 3 };

/**
 * A record within an aggregate. The index of the record in the aggregate is the sub-sequence
 * number.
 */
export interface SubRecord {
  partition_key: string;
  data: Uint8Array;
}

export function isAggregate(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/**
 * Checks an aggregate and returns its records. The records are read one after the other, because an
 * aggregate can contain more than 100,000 records.
 *
 * @throws {Unreadable} if the MD5 is wrong or the protobuf message is invalid.
 */
export function readAggregate(bytes: Uint8Array): Iterable<SubRecord> {
  if (bytes.length < MAGIC.length + MD5_BYTES) throw invalid('is cut off');
  const message = bytes.subarray(MAGIC.length, -MD5_BYTES);
  const digest = createHash('md5').update(message).digest();
  if (!digest.equals(bytes.subarray(-MD5_BYTES))) throw invalid('has a wrong MD5');
  try {
    return eachRecord(message, readKeys(message));
  } catch {
    // Catch every error, because the protobuf reader throws errors of many types. The MD5 is right.
    // Therefore each of these errors means that the producer wrote an invalid message.
    throw invalid('is not an AggregatedRecord');
  }
}

function invalid(message: string) {
  return unreadable('invalid_aggregate', `the aggregate ${message}`);
}

/** Reads the whole message and returns its partition keys. Throws if any part is invalid. */
function readKeys(message: Uint8Array): string[] {
  const partition_keys: string[] = [];
  let highest_index = -1;
  eachField(message, {
    [AGGREGATED_RECORD.partition_key_table]: (reader, type) => {
      partition_keys.push(expect(type, WireType.LengthDelimited) && reader.string());
    },
    [AGGREGATED_RECORD.records]: (reader, type) => {
      const record = readRecord(expect(type, WireType.LengthDelimited) && reader.bytes());
      highest_index = Math.max(highest_index, record.partition_key_index);
    },
  });
  if (highest_index >= partition_keys.length) throw new RangeError('no such partition key');
  return partition_keys;
}

function* eachRecord(message: Uint8Array, partition_keys: string[]): Generator<SubRecord> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number !== AGGREGATED_RECORD.records) {
      reader.skip(type, number);
      continue;
    }
    const { partition_key_index, data } = readRecord(reader.bytes());
    yield { partition_key: partition_keys[partition_key_index] ?? '', data };
  }
}

function readRecord(message: Uint8Array): { partition_key_index: number; data: Uint8Array } {
  let partition_key_index: number | undefined;
  let data: Uint8Array | undefined;
  eachField(message, {
    [RECORD.partition_key_index]: (reader, type) => {
      partition_key_index = Number(expect(type, WireType.Varint) && reader.uint64());
    },
    [RECORD.data]: (reader, type) => {
      data = expect(type, WireType.LengthDelimited) && reader.bytes();
    },
  });
  if (partition_key_index === undefined || data === undefined) throw new RangeError('incomplete');
  return { partition_key_index, data };
}

type ReadField = (reader: BinaryReader, type: WireType) => void;

function eachField(message: Uint8Array, fields: Record<number, ReadField>): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const read = fields[number];
    if (read === undefined) reader.skip(type, number);
    else read(reader, type);
  }
}

function expect(type: WireType, wanted: WireType): true {
  if (type !== wanted) throw new RangeError('unexpected wire type');
  return true;
}
