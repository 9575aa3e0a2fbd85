import { brotliDecompressSync } from 'node:zlib';
import type { KinesisStreamRecord } from 'aws-lambda';
import { isRestored, type Restored, unpackRestored } from '../../../schemas/index.ts';
import { type Unreadable, unreadable } from './unreadable.ts';

/**
 * The bytes of a record or sub-record, with the position, the partition key and the arrival time
 * that the bytes had when they first came. If an operator has put the bytes back on the stream,
 * these are not the values of the delivered stream record.
 */
export interface Entry extends Omit<Restored, 'encoding'> {
  /** Sequence number of the stream record that was delivered. Lambda retries by this number. */
  delivered_as: string;
}

/**
 * Returns the entry of a Kinesis record. If an operator has put the record back, returns the entry
 * as it first came.
 *
 * @param restore_key the key that signs what operators put back. Without the key, a restored record
 * stays as it is.
 */
export function openEntry(record: KinesisStreamRecord, restore_key?: string): Entry {
  const delivered = deliveredEntry(record);
  if (!isRestored(record.kinesis.data)) return delivered;
  return openRestored(delivered, restore_key) ?? delivered;
}

function deliveredEntry({ eventID, eventSourceARN, kinesis }: KinesisStreamRecord): Entry {
  return {
    // The eventID is the shard id, a colon and the sequence number, for example
    // `shardId-000000000006:49590338271490256608559692538361571095921575989136588898`.
    position: {
      stream_name: readStreamName(eventSourceARN),
      shard_id: eventID.slice(0, eventID.indexOf(':')),
      sequence_number: kinesis.sequenceNumber,
    },
    partition_key: kinesis.partitionKey,
    arrived_at: new Date(Math.round(kinesis.approximateArrivalTimestamp * 1_000)).toISOString(),
    bytes: Buffer.from(kinesis.data, 'base64'),
    delivered_as: kinesis.sequenceNumber,
  };
}

/**
 * Reads the name of a stream from its ARN, or from the ARN of one of its consumers.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html
 */
function readStreamName(arn: string): string {
  const [, name] = /:stream\/([^/]+)/.exec(arn) ?? [];
  if (name === undefined) {
    throw new Error(`Expected the ARN of a Kinesis stream as eventSourceARN, got ${arn}.`);
  }
  return name;
}

function openRestored(
  { bytes, delivered_as }: Entry,
  restore_key: string | undefined,
): Entry | undefined {
  if (restore_key === undefined) return undefined;
  const restored = unpackRestored(Buffer.from(bytes), restore_key);
  if (restored === undefined) return undefined;
  const { encoding, ...entry } = restored;
  const original = encoding === 'br' ? brotliDecompressSync(entry.bytes) : entry.bytes;
  return { ...entry, bytes: original, delivered_as };
}

/**
 * Returns the reason why an entry is not decoded, if it has a wrong signature. No restored record
 * is within another record, so bytes that still look like one have a wrong signature. They have it
 * also when an operator has put them back.
 */
export function findForgery({ bytes }: Entry): Unreadable | undefined {
  if (!isRestored(bytes)) return undefined;
  return unreadable('invalid_signature', 'is a restored record with a wrong signature');
}
