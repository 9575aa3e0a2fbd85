import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { StreamPosition } from './identity.ts';

/**
 * The first bytes of a restored record: the byte 0xf5, `Aura` and the version of the format. No
 * other record begins with these bytes, because the bytes are neither valid UTF-8 nor the start of
 * gzip data or of a KPL aggregate. The number of bytes is divisible by three, so the base64 of the
 * data begins with the base64 of the magic bytes.
 */
const MAGIC = Buffer.from([0xf5, 0x41, 0x75, 0x72, 0x61, 0x01]);
const MAGIC_BASE64 = MAGIC.toString('base64');
const SIGNATURE_BYTES = 32;
const LENGTH_BYTES = 2;
const HEADER_AT = MAGIC.length + SIGNATURE_BYTES + LENGTH_BYTES;

const headerSchema = z.object({
  stream_name: z.string(),
  shard_id: z.string(),
  sequence_number: z.string(),
  sub_sequence_number: z.int().min(0).optional(),
  nested_numbers: z.array(z.int().min(0)).optional(),
  partition_key: z.string(),
  arrived_at: z.iso.datetime(),
  encoding: z.enum(['br']).optional(),
});

/**
 * A record that an operator puts back on the stream: the bytes that came, and where and when they
 * came. The record therefore keeps its derived id, the id of its set-aside and its time of arrival.
 */
export interface Restored {
  bytes: Uint8Array;
  /** The original position on the stream to which the record first came. */
  position: StreamPosition;
  /** The original partition key. */
  partition_key: string;
  /** Time of the original arrival on the stream, in ISO 8601 and UTC. */
  arrived_at: string;
  /**
   * `br` if `bytes` are compressed with Brotli, because they would not fit in one stream record
   * otherwise.
   */
  encoding?: 'br' | undefined;
}

/**
 * Packs a restored record into the data of one stream record. The format is: the magic bytes, the
 * HMAC-SHA256 of all bytes after the HMAC, the length of the header in two bytes (big-endian), the
 * header as JSON, and the original bytes. Only operators and the consumer can read the key of the
 * HMAC, so a producer cannot choose the identity of a record or its time of arrival.
 *
 * @param key the secret that operators and the consumer share.
 */
export function packRestored(restored: Restored, key: string): Buffer {
  const { bytes, position, ...rest } = restored;
  const header = Buffer.from(JSON.stringify({ ...position, ...rest }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(header.length);
  const signed = Buffer.concat([length, header, bytes]);
  return Buffer.concat([MAGIC, sign(signed, key), signed]);
}

/**
 * Returns true if the data of a stream record looks like a packed {@link Restored}.
 *
 * @param data the bytes, or the bytes in base64.
 */
export function isRestored(data: string | Uint8Array): boolean {
  if (typeof data === 'string') return data.startsWith(MAGIC_BASE64);
  return MAGIC.equals(data.subarray(0, MAGIC.length));
}

/**
 * Unpacks a restored record. Returns undefined if the data is cut off, or if the signature does not
 * match.
 */
export function unpackRestored(data: Buffer, key: string): Restored | undefined {
  if (data.length < HEADER_AT) return undefined;
  const signed = data.subarray(MAGIC.length + SIGNATURE_BYTES);
  const signature = data.subarray(MAGIC.length, MAGIC.length + SIGNATURE_BYTES);
  if (!timingSafeEqual(signature, sign(signed, key))) return undefined;
  const header_length = data.readUInt16BE(MAGIC.length + SIGNATURE_BYTES);
  const header = data.subarray(HEADER_AT, HEADER_AT + header_length).toString();
  const { partition_key, arrived_at, encoding, ...position } = headerSchema.parse(
    JSON.parse(header),
  );
  const bytes = data.subarray(HEADER_AT + header_length);
  return { bytes, position, partition_key, arrived_at, encoding };
}

function sign(bytes: Uint8Array, key: string): Buffer {
  return createHmac('sha256', key).update(bytes).digest();
}
