import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  type Issue,
  partitionKey,
  type RecordInput,
  readRecord,
  recordKey,
  translateIssues,
} from '../schemas/index.ts';
import type { StreamEntry } from './ports.ts';
import type { ChoosePartitionKey } from './publisher/gather.ts';

/**
 * Maximum size of one stream record, in bytes, including its partition key. Source: the page on
 * PutRecords in the Kinesis API reference.
 */
export const MAX_ENTRY_BYTES = 1_048_576;

export interface Encoded extends StreamEntry {
  record_id: string;
}

export type EncodeOutcome =
  | { ok: true; entry: Encoded }
  | { ok: false; reason: 'invalid_record'; issues: Issue[] }
  | { ok: false; reason: 'too_large'; record_id: string; stamp: number; issues: Issue[] };

/**
 * Returns a copy of the record with the hash of the text instead of the text. The caller must have
 * put the text into the claim store.
 */
export function withClaim(input: RecordInput, text_claim: string): RecordInput {
  const { text: _, ...rest } = input;
  return { ...rest, text_claim };
}

export interface EncodeOptions {
  /** Returns the stamp of a record, by its key. */
  stamp: (record_key: string) => number;
  new_record_id: (() => string) | undefined;
  /** Default: the key that all versions of a record have. */
  choosePartitionKey?: ChoosePartitionKey | undefined;
}

/**
 * Validates a record and encodes the record, including its id and its stamp, as JSON. The JSON is
 * gzipped only if the JSON is too large for one stream record. A record without an id or a stamp
 * gets a new one here. Both are part of the encoded bytes, so every attempt to send the entry sends
 * the same.
 */
export function encode(
  input: RecordInput,
  { stamp: newStamp, new_record_id = randomUUID, choosePartitionKey = partitionKey }: EncodeOptions,
): EncodeOutcome {
  const parsed = readRecord(input);
  if (!parsed.success) {
    return { ok: false, reason: 'invalid_record', issues: translateIssues(parsed.error) };
  }
  const record_id = parsed.data.record_id ?? new_record_id();
  const record = { ...parsed.data, record_id };
  const stamp = record.stamp ?? newStamp(recordKey(record));
  const bytes = Buffer.from(JSON.stringify({ ...input, record_id, stamp }));
  const partition_key = choosePartitionKey(record, bytes.length);
  const data = shrinkToFit(bytes, partition_key);
  if (data === undefined) {
    const issues = [{ path: '', message: 'does not fit in 1 MiB, not even gzipped' }];
    return { ok: false, record_id, stamp, reason: 'too_large', issues };
  }
  return { ok: true, entry: { record_id, partition_key, data } };
}

/**
 * Returns the bytes unchanged if they fit in one stream record together with the partition key.
 * Otherwise returns the gzipped bytes, or undefined if the gzipped bytes do not fit either.
 */
function shrinkToFit(bytes: Buffer, partition_key: string): Buffer | undefined {
  const room = MAX_ENTRY_BYTES - Buffer.byteLength(partition_key);
  if (bytes.length <= room) return bytes;
  const zipped = gzipSync(bytes);
  return zipped.length <= room ? zipped : undefined;
}
