import type { KinesisStreamRecord } from 'aws-lambda';
import {
  deriveRecordId,
  type SetAside,
  type StreamPosition,
  type StreamRecord,
} from '../../../schemas/index.ts';
import { isAggregate, readAggregate } from './aggregate.ts';
import { parseRecord } from './parse.ts';
import { Unreadable } from './unreadable.ts';

/** The position of bytes on the stream, with the partition key and the arrival time. */
interface Placed {
  position: StreamPosition;
  partition_key: string;
  /** Time of arrival on the stream, in ISO 8601 and UTC. */
  arrived_at: string;
}

/** The bytes of a record or sub-record, with their position on the stream. */
export interface Entry extends Placed {
  bytes: Uint8Array;
}

/**
 * A decoded record with its position and bytes. If the producer gave no record_id, the record_id is
 * derived from the position.
 */
export interface StreamItem extends Entry {
  record: StreamRecord & { record_id: string };
}

/**
 * The decoded records and the set-asides of a batch. Every record or sub-record is in exactly one
 * of the two lists. Both lists keep the order of the stream.
 */
export interface Decoded {
  items: StreamItem[];
  set_asides: SetAside[];
}

/**
 * Decodes the records of a batch into items and set-asides. The result depends only on the given
 * records, so a redelivery has the same result.
 */
export function decode(records: KinesisStreamRecord[]): Decoded {
  const decoded: Decoded = { items: [], set_asides: [] };
  for (const record of records) {
    const whole = wholeEntry(record);
    setAsideIfUnreadable(decoded, whole, () => {
      for (const entry of entriesOf(whole)) {
        setAsideIfUnreadable(decoded, entry, () => decoded.items.push(itemOf(entry)));
      }
    });
  }
  return decoded;
}

function setAsideIfUnreadable(decoded: Decoded, entry: Entry, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    decoded.set_asides.push(setAsideOf(entry, error));
  }
}

function wholeEntry({ eventID, kinesis }: KinesisStreamRecord): Entry {
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
  };
}

function entriesOf(whole: Entry): Entry[] {
  if (!isAggregate(whole.bytes)) return [whole];
  return readAggregate(whole.bytes).map(({ partition_key, data }, sub_sequence_number) => ({
    position: { ...whole.position, sub_sequence_number },
    partition_key,
    arrived_at: whole.arrived_at,
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
