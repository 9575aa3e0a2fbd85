import { createHash } from 'node:crypto';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);

export interface KplEntry {
  partition_key: string;
  data: Uint8Array;
}

/** Encodes many entries into one stream record, as the Kinesis Producer Library does. */
export function kplAggregate(entries: KplEntry[]): Buffer {
  const keys = [...new Set(entries.map(({ partition_key }) => partition_key))];
  const writer = new BinaryWriter();
  for (const key of keys) writer.tag(1, WireType.LengthDelimited).string(key);
  for (const { partition_key, data } of entries) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).uint64(keys.indexOf(partition_key));
    writer.tag(3, WireType.LengthDelimited).bytes(data);
    writer.join();
  }
  return kplEnvelope(writer.finish());
}

/** Adds the library's magic bytes before the message, and the MD5 digest after the message. */
export function kplEnvelope(message: Uint8Array): Buffer {
  return Buffer.concat([MAGIC, message, createHash('md5').update(message).digest()]);
}
