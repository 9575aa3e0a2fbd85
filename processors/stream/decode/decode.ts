import type { KinesisStreamRecord } from 'aws-lambda';
import {
  boundStamp,
  derivePlace,
  deriveRecordId,
  isPositionMarker,
  type Misfit,
  type SetAside,
  type StreamRecord,
} from '../../../schemas/index.ts';
import { type Entry, openEntry } from './entry.ts';
import { type Expanded, expandEntry, type Unwrap } from './expand.ts';
import { toRecord } from './parse.ts';
import { Unreadable, unreadable } from './unreadable.ts';

/**
 * A decoded record with its position and bytes. If the producer gave no record_id, the record_id is
 * derived from the position.
 */
export interface StreamItem extends Entry {
  record: StreamRecord & { record_id: string };
  /** When the record was accepted, in epoch milliseconds. */
  stamp: number;
  /** Orders acceptances of the same stamp. */
  place: string;
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
 * decompression. For a rejected record, the size is an upper bound. `misfits` are the values that do
 * not fit their field, and that do not cost the record its verdict.
 */
export type DecodedRecord = { decoded_bytes: number } & (
  | { item: StreamItem; misfits: Misfit[] }
  | { rejected: Rejected }
);

/**
 * Maximum number of set-asides of one Kinesis record. An aggregate of 1 MiB can contain 150,000
 * records of one byte, and storing a set-aside for each of them would take longer than the time of a
 * batch. The last set-aside contains the whole Kinesis record.
 */
const MAX_SET_ASIDES = 10_000;

const NO_ENVELOPES: Unwrap = new Set();

/**
 * Decodes the records of a batch. The result depends only on the arguments, so a redelivery has the
 * same result.
 *
 * @param restore_key the key that signs what operators put back. Without the key, every restored
 * record is rejected.
 * @param unwrap the messages of other services whose records are decoded. Default: none.
 */
export function decode(
  records: KinesisStreamRecord[],
  restore_key?: string,
  unwrap: Unwrap = NO_ENVELOPES,
): Decoded {
  const decoded: Decoded = { items: [], rejected: [] };
  for (const record of records) collect(decoded, decodeRecord(record, restore_key, unwrap));
  return decoded;
}

/** Decodes the bytes of one stream record, which may hold several records. */
export function decodeEntry(whole: Entry, unwrap: Unwrap = NO_ENVELOPES): Decoded {
  const decoded: Decoded = { items: [], rejected: [] };
  collect(decoded, eachRecord(whole, unwrap));
  return decoded;
}

function collect(decoded: Decoded, records: Iterable<DecodedRecord>): void {
  for (const record of records) {
    if ('item' in record) decoded.items.push(record.item);
    else decoded.rejected.push(record.rejected);
  }
}

/**
 * Decodes one Kinesis record, which may hold several records. Each of them is decoded only when the
 * caller asks for it, because they may not fit into memory together after decompression. A marker holds
 * no record.
 */
export function decodeRecord(
  record: KinesisStreamRecord,
  restore_key?: string,
  unwrap: Unwrap = NO_ENVELOPES,
): Iterable<DecodedRecord> {
  if (isPositionMarker(record.kinesis.data)) return [];
  return eachRecord(openEntry(record, restore_key), unwrap);
}

function* eachRecord(whole: Entry, unwrap: Unwrap): Generator<DecodedRecord> {
  let set_asides = 0;
  for (const expanded of expandEntry(whole, unwrap)) {
    const decoded = readRecord(expanded);
    if ('rejected' in decoded) set_asides += 1;
    if ('item' in decoded || set_asides < MAX_SET_ASIDES) yield decoded;
    else if (set_asides === MAX_SET_ASIDES) yield rejectWhole(whole);
  }
}

function readRecord(expanded: Expanded): DecodedRecord {
  const { entry, decoded_bytes } = expanded;
  if ('why' in expanded) return { rejected: { item: entry, why: expanded.why }, decoded_bytes };
  try {
    const { record, misfits } = toRecord(expanded.value, Date.parse(entry.arrived_at));
    return { item: placeRecord(entry, record), misfits, decoded_bytes };
  } catch (why) {
    if (!(why instanceof Unreadable)) throw why;
    return { rejected: { item: entry, why }, decoded_bytes };
  }
}

function placeRecord(entry: Entry, record: StreamRecord): StreamItem {
  const record_id = record.record_id ?? deriveRecordId(entry.position);
  return {
    ...entry,
    record: { ...record, record_id },
    stamp: boundStamp(record.stamp, Date.parse(entry.arrived_at)),
    place: derivePlace(entry.position, record),
  };
}

function rejectWhole(whole: Entry): DecodedRecord {
  const message = `has ${MAX_SET_ASIDES} or more records that cannot be processed`;
  const why = unreadable('invalid_aggregate', message);
  return { rejected: { item: whole, why }, decoded_bytes: whole.bytes.length };
}

/** Creates the set-aside of an entry, with the reason, the owner and the bytes of the entry. */
export function setAsideOf(
  entry: Entry,
  { reason, issues, over_budget }: Unreadable,
  owner: Pick<SetAside, 'tenant' | 'source'> = {},
): SetAside {
  return {
    set_aside_id: deriveRecordId(entry.position),
    reason,
    ...owner,
    issues,
    ...entry.position,
    ...(over_budget === undefined ? {} : { over_budget }),
    partition_key: entry.partition_key,
    arrived_at: entry.arrived_at,
    data_base64: Buffer.from(entry.bytes).toString('base64'),
  };
}
