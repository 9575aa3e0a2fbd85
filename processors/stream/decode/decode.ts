import type { KinesisStreamRecord } from 'aws-lambda';
import { deriveRecordId, type SetAside, type StreamRecord } from '../../../schemas/index.ts';
import { type Entry, entriesOf, openEntry } from './entry.ts';
import { gunzip, mostDecodedBytes } from './gunzip.ts';
import { parseRecord } from './parse.ts';
import { Unreadable, unreadable } from './unreadable.ts';

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
 * A decoded or a rejected record of the stream. `decoded_bytes` is the size of the record after
 * decompression. For a rejected record, the size is an upper bound.
 */
export type DecodedRecord = ({ item: StreamItem } | { rejected: Rejected }) & {
  decoded_bytes: number;
};

/**
 * Maximum size of all records of one Kinesis record after decompression, in bytes. A Kinesis record
 * of 1 MiB can expand to 1 GiB, and its decoding would then take a large part of the time of the
 * batch. The records of an aggregate that come after the maximum are set aside one by one, so each
 * of them can be replayed. A valid record has at most 7 MiB, so only aggregates reach the maximum.
 */
const MAX_DECODED_BYTES = 64 * 1_048_576;

/**
 * Maximum number of set-asides of one aggregate. An aggregate of 1 MiB can contain 150,000 records
 * of one byte, and storing a set-aside for each of them would take longer than the time of a batch.
 * The last set-aside contains the whole aggregate.
 */
const MAX_SET_ASIDES = 10_000;

/**
 * Decodes the records of a batch. The result depends only on the arguments, so a redelivery has the
 * same result.
 *
 * @param restore_key the key that signs what operators put back. Without the key, every restored
 * record is rejected.
 */
export function decode(records: KinesisStreamRecord[], restore_key?: string): Decoded {
  const decoded: Decoded = { items: [], rejected: [] };
  for (const record of records) collect(decoded, decodeRecord(record, restore_key));
  return decoded;
}

/** Decodes the bytes of one stream record, which may be an aggregate. */
export function decodeEntry(whole: Entry): Decoded {
  const decoded: Decoded = { items: [], rejected: [] };
  collect(decoded, eachRecord(whole));
  return decoded;
}

function collect(decoded: Decoded, records: Iterable<DecodedRecord>): void {
  for (const record of records) {
    if ('item' in record) decoded.items.push(record.item);
    else decoded.rejected.push(record.rejected);
  }
}

/**
 * Decodes one Kinesis record, which may be an aggregate. Each record of an aggregate is decoded
 * only when the caller asks for it, because an aggregate may not fit into memory after
 * decompression.
 */
export function decodeRecord(
  record: KinesisStreamRecord,
  restore_key?: string,
): Iterable<DecodedRecord> {
  return eachRecord(openEntry(record, restore_key));
}

function* eachRecord(whole: Entry): Generator<DecodedRecord> {
  const entries = rejectIfUnreadable(() => entriesOf(whole));
  if (entries instanceof Unreadable) {
    yield { rejected: { item: whole, why: entries }, decoded_bytes: whole.bytes.length };
    return;
  }
  let total_bytes = 0;
  let set_asides = 0;
  for (const entry of entries) {
    const decoded = total_bytes < MAX_DECODED_BYTES ? readRecord(entry) : rejectAsRest(entry);
    total_bytes += decoded.decoded_bytes;
    if ('rejected' in decoded) set_asides += 1;
    if ('item' in decoded || set_asides < MAX_SET_ASIDES) yield decoded;
    else if (set_asides === MAX_SET_ASIDES) yield rejectWhole(whole);
  }
}

function rejectIfUnreadable<Value>(read: () => Value): Value | Unreadable {
  try {
    return read();
  } catch (why) {
    if (why instanceof Unreadable) return why;
    throw why;
  }
}

function readRecord(entry: Entry): DecodedRecord {
  const plain = rejectIfUnreadable(() => gunzip(entry.bytes));
  if (plain instanceof Unreadable) {
    const decoded_bytes = mostDecodedBytes(entry.bytes);
    return { rejected: { item: entry, why: plain }, decoded_bytes };
  }
  const decoded_bytes = plain.length;
  const item = rejectIfUnreadable(() => itemOf(entry, plain));
  if (item instanceof Unreadable) return { rejected: { item: entry, why: item }, decoded_bytes };
  return { item, decoded_bytes };
}

function rejectAsRest(entry: Entry): DecodedRecord {
  const message = `comes after ${MAX_DECODED_BYTES} decompressed bytes of its aggregate`;
  const why = unreadable('too_large', message);
  return { rejected: { item: entry, why }, decoded_bytes: 0 };
}

function rejectWhole(whole: Entry): DecodedRecord {
  const message = `has ${MAX_SET_ASIDES} or more records that cannot be processed`;
  const why = unreadable('invalid_aggregate', message);
  return { rejected: { item: whole, why }, decoded_bytes: whole.bytes.length };
}

function itemOf(entry: Entry, plain: Uint8Array): StreamItem {
  const record = parseRecord(plain);
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
