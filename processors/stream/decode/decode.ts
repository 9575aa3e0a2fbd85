import { brotliDecompressSync } from 'node:zlib';
import type { KinesisStreamRecord } from 'aws-lambda';
import {
  deriveRecordId,
  isRestored,
  type Restored,
  type SetAside,
  type StreamRecord,
  unpackRestored,
} from '../../../schemas/index.ts';
import { isAggregate, readAggregate } from './aggregate.ts';
import { parseRecord } from './parse.ts';
import { Unreadable, unreadable } from './unreadable.ts';

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
 * A decoded record with its position and bytes. If the producer gave no record_id, the record_id is
 * derived from the position.
 */
export interface StreamItem extends Entry {
  record: StreamRecord & { record_id: string };
}

/** A record that can never have a result, with the reason. */
export interface Rejected<Item extends Entry = Entry> {
  item: Item;
  why: Unreadable;
}

/**
 * The decoded and the rejected records of a batch. Every record or sub-record is in exactly one of
 * the two lists. Both lists keep the order of the stream.
 */
export interface Decoded {
  items: StreamItem[];
  rejected: Rejected[];
}

/**
 * Decodes the records of a batch. The result depends only on the arguments, so a redelivery has the
 * same result.
 *
 * @param restore_key the key that signs what operators put back. Without the key, every restored
 * record is rejected.
 */
export function decode(records: KinesisStreamRecord[], restore_key?: string): Decoded {
  const decoded: Decoded = { items: [], rejected: [] };
  for (const record of records) {
    const delivered = deliveredEntry(record);
    const restored = isRestored(record.kinesis.data)
      ? openRestored(delivered, restore_key)
      : undefined;
    addEntry(decoded, restored ?? delivered);
  }
  return decoded;
}

/** Decodes the bytes of one stream record, which may be an aggregate. */
export function decodeEntry(whole: Entry): Decoded {
  const decoded: Decoded = { items: [], rejected: [] };
  addEntry(decoded, whole);
  return decoded;
}

/**
 * Adds the records of an entry. A restored record never contains a restored record, so bytes that
 * still look like one have a wrong signature. They have it also when an operator has put them back.
 */
function addEntry(decoded: Decoded, whole: Entry): void {
  rejectIfUnreadable(decoded, whole, () => {
    if (isRestored(whole.bytes)) {
      throw unreadable('invalid_signature', 'is a restored record with a wrong signature');
    }
    for (const entry of entriesOf(whole)) {
      rejectIfUnreadable(decoded, entry, () => decoded.items.push(itemOf(entry)));
    }
  });
}

function rejectIfUnreadable(decoded: Decoded, item: Entry, read: () => void): void {
  try {
    read();
  } catch (why) {
    if (!(why instanceof Unreadable)) throw why;
    decoded.rejected.push({ item, why });
  }
}

function deliveredEntry({ eventID, kinesis }: KinesisStreamRecord): Entry {
  return {
    // The eventID is the shard id, a colon and the sequence number, for example
    // `shardId-000000000006:49590338271490256608559692538361571095921575989136588898`.
    position: {
      shard_id: eventID.slice(0, eventID.indexOf(':')),
      sequence_number: kinesis.sequenceNumber,
    },
    partition_key: kinesis.partitionKey,
    arrived_at: new Date(Math.round(kinesis.approximateArrivalTimestamp * 1_000)).toISOString(),
    bytes: Buffer.from(kinesis.data, 'base64'),
    delivered_as: kinesis.sequenceNumber,
  };
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

function entriesOf(whole: Entry): Entry[] {
  if (!isAggregate(whole.bytes)) return [whole];
  return readAggregate(whole.bytes).map(({ partition_key, data }, sub_sequence_number) => ({
    ...whole,
    position: { ...whole.position, sub_sequence_number },
    partition_key,
    bytes: data,
  }));
}

function itemOf(entry: Entry): StreamItem {
  const record = parseRecord(entry.bytes);
  const record_id = record.record_id ?? deriveRecordId(entry.position);
  return { ...entry, record: { ...record, record_id } };
}

/** Creates the set-aside of an entry, with the reason and the bytes of the entry. */
export function setAsideOf(entry: Entry, { reason, issues }: Unreadable): SetAside {
  return {
    set_aside_id: deriveRecordId(entry.position),
    reason,
    issues,
    ...entry.position,
    partition_key: entry.partition_key,
    arrived_at: entry.arrived_at,
    data_base64: Buffer.from(entry.bytes).toString('base64'),
  };
}
