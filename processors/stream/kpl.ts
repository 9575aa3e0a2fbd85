import { createHash } from 'node:crypto';
import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire';

/**
 * The Kinesis Producer Library's aggregate: magic, an AggregatedRecord in protobuf, its MD5.
 * Source: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const DIGEST_BYTES = 16;

const PARTITION_KEY_TABLE = 1;
const RECORDS = 3;
const RECORD_PARTITION_KEY_INDEX = 1;
const RECORD_DATA = 3;

export interface SubRecord {
  partition_key: string;
  data: Buffer;
}

export function isAggregate(bytes: Buffer): boolean {
  return bytes.length >= MAGIC.length + DIGEST_BYTES && bytes.subarray(0, 4).equals(MAGIC);
}

/**
 * The records of an aggregate, in order.
 *
 * @throws {Error} where the checksum lies or the protobuf is broken; the message holds none of the bytes.
 */
export function deaggregate(bytes: Buffer): SubRecord[] {
  const message = bytes.subarray(MAGIC.length, bytes.length - DIGEST_BYTES);
  const digest = bytes.subarray(bytes.length - DIGEST_BYTES);
  if (!createHash('md5').update(message).digest().equals(digest)) {
    throw new Error('the checksum of the aggregate does not match its bytes');
  }
  return readAggregate(message);
}

function readAggregate(message: Buffer): SubRecord[] {
  const keys: string[] = [];
  const records: { key_index: number; data: Buffer }[] = [];
  eachField(message, (reader, field, type) => {
    if (field === PARTITION_KEY_TABLE) keys.push(reader.string());
    else if (field === RECORDS) records.push(readRecord(reader.bytes()));
    else reader.skip(type, field);
  });
  return records.map(({ key_index, data }) => {
    const partition_key = keys[key_index];
    if (partition_key === undefined) throw new Error('a record of the aggregate names no key');
    return { partition_key, data };
  });
}

function readRecord(message: Uint8Array): { key_index: number; data: Buffer } {
  let key_index = -1;
  let data: Buffer | undefined;
  eachField(message, (reader, field, type) => {
    if (field === RECORD_PARTITION_KEY_INDEX) key_index = Number(reader.uint64());
    else if (field === RECORD_DATA) data = Buffer.from(reader.bytes());
    else reader.skip(type, field);
  });
  if (data === undefined) throw new Error('a record of the aggregate has no data');
  return { key_index, data };
}

function eachField(
  message: Uint8Array,
  visit: (reader: BinaryReader, field: number, type: WireType) => void,
): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) visit(reader, ...reader.tag());
}
