import type { KinesisStreamRecord } from 'aws-lambda';
import { shrinkToFit } from '../ingest/encode.ts';
import type { Publisher, PublishOutcome } from '../ingest/index.ts';
import { decode, type StreamItem } from '../processors/stream/decode/decode.ts';
import { gunzip } from '../processors/stream/decode/gunzip.ts';
import { parseRecord } from '../processors/stream/decode/parse.ts';
import { type FailedRecord, partitionKey, type SetAside } from '../schemas/index.ts';

/**
 * The content of one position on the stream. The content is either a record with its original id,
 * or bytes that are not a valid record.
 */
export type Restorable =
  | ({ kind: 'record' } & Omit<StreamItem, 'position'>)
  | { kind: 'bytes'; bytes: Uint8Array; set_aside: SetAside };

/**
 * Decodes a stream record in the same way as the consumer. A stream record can contain several
 * records. Returns the bytes of each of these records. If the bytes are valid, returns the decoded
 * record too.
 */
export function readRestorables(failed: FailedRecord): Restorable[] {
  const { items, set_asides } = decode([failed as unknown as KinesisStreamRecord]);
  return [
    ...items.map(({ position: _, ...item }) => ({ kind: 'record' as const, ...item })),
    ...set_asides.map((set_aside) => ({
      kind: 'bytes' as const,
      bytes: Buffer.from(set_aside.data_base64, 'base64'),
      set_aside,
    })),
  ];
}

export interface RestoreOutcome {
  accepted: number;
  failed: number;
  /** The error codes of the failed records, without duplicates. */
  codes: string[];
}

/**
 * Puts records and bytes on the stream again, with the content that was received. A record without
 * an id gets the id that is derived from its original position, and a record without a time gets
 * its original time of arrival. The restored record therefore has the same identity as the original
 * record, and the two are counted as one record.
 */
export async function restore(
  publisher: Publisher,
  contents: Restorable[],
): Promise<RestoreOutcome> {
  const publishing = contents.map((one) => {
    const { bytes, partition_key } = encodeContents(one);
    return publisher.publishBytes(bytes, partition_key);
  });
  await publisher.flush();
  const outcomes = await Promise.all(publishing);
  const failed = outcomes.filter(({ status }) => status !== 'accepted');
  return {
    accepted: outcomes.length - failed.length,
    failed: failed.length,
    codes: [...new Set(failed.map(codeOf))],
  };
}

function encodeContents(one: Restorable): { bytes: Uint8Array; partition_key: string } {
  if (one.kind === 'bytes') {
    const { partition_key, set_aside_id } = one.set_aside;
    return { bytes: one.bytes, partition_key: chooseKey(partition_key, set_aside_id) };
  }
  const partition_key = chooseKey(one.partition_key, partitionKey(one.record));
  return { bytes: addIdentity(one, partition_key), partition_key };
}

/**
 * Returns the partition key if Kinesis accepts the key, and otherwise the fallback. A KPL aggregate
 * can contain partition keys that Kinesis does not accept, and one such key would make the whole
 * request fail.
 */
function chooseKey(partition_key: string, fallback: string): string {
  return partition_key !== '' && partition_key.length <= 256 ? partition_key : fallback;
}

/**
 * Adds missing fields to the bytes of a record. If the bytes contain no id, adds the id. If the
 * bytes contain no `created_at`, adds the time of arrival as `created_at`. If the bytes contain
 * both fields, returns the bytes unchanged.
 */
function addIdentity(
  { bytes, record, arrived_at }: Restorable & { kind: 'record' },
  partition_key: string,
): Uint8Array {
  const sent = parseRecord(bytes);
  const added = {
    ...(sent.record_id === undefined ? { record_id: record.record_id } : {}),
    ...(sent.created_at === undefined ? { created_at: arrived_at } : {}),
  };
  if (Object.keys(added).length === 0) return bytes;
  const json = gunzip(bytes);
  const start = json.indexOf(OPENING_BRACE) + 1;
  const fields = Buffer.from(`${JSON.stringify(added).slice(1, -1)},`);
  const whole = Buffer.concat([json.subarray(0, start), fields, json.subarray(start)]);
  // If the record does not fit on the stream even when gzipped, the publisher refuses the record as
  // `too_large`.
  return shrinkToFit(whole, partition_key) ?? whole;
}

/**
 * The code of the opening brace. The first brace in the bytes of a record opens the record, because
 * a record is a JSON object.
 */
const OPENING_BRACE = '{'.charCodeAt(0);

function codeOf(outcome: PublishOutcome): string {
  if (outcome.status === 'failed') return outcome.code;
  return outcome.status === 'refused' ? outcome.reason : outcome.status;
}
