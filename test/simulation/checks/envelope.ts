import { createHmac } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { Violation } from './violation.ts';

/** A record that an operator has put back, with the place where the record first came. */
export interface Envelope {
  /** Id of the original position. See {@link positionId}. */
  position: string;
  partition_key: string;
  arrived_at: string;
  bytes: Buffer;
}

/** A position on a stream, and in an aggregate the number of the record. */
interface Position {
  stream_name: string;
  shard_id: string;
  sequence_number: string;
}

/**
 * Returns the id of a position on a stream. The documentation promises this form to producers whose
 * records have no id: stream, shard, sequence number and, in an aggregate, the number of the record.
 */
export function positionId(
  { stream_name, shard_id, sequence_number }: Position,
  sub?: number,
): string {
  return [stream_name, shard_id, sequence_number, ...(sub === undefined ? [] : [sub])].join(':');
}

const MAGIC = 'f54175726101';
const HMAC_AT = 6;
const LENGTH_AT = HMAC_AT + 32;
const HEADER_AT = LENGTH_AT + 2;

/**
 * Reads what an operator has put back, by the format's documentation and not by the product's code.
 * Returns undefined if the bytes are not in this format or if the signature is wrong.
 */
export function openEnvelope(data: Buffer, key: string): Envelope | undefined {
  if (data.subarray(0, HMAC_AT).toString('hex') !== MAGIC) return undefined;
  const signature = createHmac('sha256', key).update(data.subarray(LENGTH_AT)).digest();
  if (!signature.equals(data.subarray(HMAC_AT, LENGTH_AT))) return undefined;
  const bytes_at = HEADER_AT + data.readUInt16BE(LENGTH_AT);
  const header = JSON.parse(data.subarray(HEADER_AT, bytes_at).toString()) as Position & {
    sub_sequence_number?: number;
    partition_key: string;
    arrived_at: string;
    encoding?: string;
  };
  const { partition_key, arrived_at } = header;
  const packed = data.subarray(bytes_at);
  if (header.encoding !== undefined && header.encoding !== 'br')
    throw new Violation(`Put back in an unknown encoding: ${header.encoding}`);
  return {
    position: positionId(header, header.sub_sequence_number),
    partition_key,
    arrived_at,
    bytes: header.encoding === 'br' ? brotliDecompressSync(packed) : packed,
  };
}
