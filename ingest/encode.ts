import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  type Issue,
  partitionKey,
  type RecordInput,
  recordSchema,
  translateIssues,
} from '../schemas/index.ts';
import type { StreamEntry } from './ports.ts';

/** Kinesis takes 1 MiB in one record, its partition key included. Source: PutRecords, API reference. */
export const MAX_ENTRY_BYTES = 1_048_576;

export interface Encoded extends StreamEntry {
  record_id: string;
}

export type EncodeOutcome =
  | { ok: true; entry: Encoded }
  | { ok: false; record_id?: string; reason: 'invalid_record' | 'too_large'; issues: Issue[] };

/** Replaces the text of a record with its hash. The text itself must be in the claim store. */
export function withClaim(input: RecordInput, text_claim: string): RecordInput {
  const { text: _, ...rest } = input;
  return { ...rest, text_claim };
}

/**
 * Validates a record and encodes it as JSON with its id, gzipped if it does not fit otherwise. A record without an id
 * gets one here, once, and keeps it when it is sent again.
 */
export function encode(
  input: RecordInput,
  new_record_id: () => string = randomUUID,
): EncodeOutcome {
  const parsed = recordSchema.safeParse(input);
  if (!parsed.success) {
    return { ok: false, reason: 'invalid_record', issues: translateIssues(parsed.error) };
  }
  const record_id = parsed.data.record_id ?? new_record_id();
  const partition_key = partitionKey({ ...parsed.data, record_id });
  const data = shrinkToFit(Buffer.from(JSON.stringify({ ...input, record_id })), partition_key);
  if (data === undefined) {
    const issues = [{ path: '', message: 'does not fit in 1 MiB, not even gzipped' }];
    return { ok: false, record_id, reason: 'too_large', issues };
  }
  return { ok: true, entry: { record_id, partition_key, data } };
}

/** Gzips bytes that do not fit in an entry otherwise. Returns undefined if they do not fit gzipped either. */
export function shrinkToFit(bytes: Buffer, partition_key: string): Buffer | undefined {
  const room = MAX_ENTRY_BYTES - Buffer.byteLength(partition_key);
  if (bytes.length <= room) return bytes;
  const zipped = gzipSync(bytes);
  return zipped.length <= room ? zipped : undefined;
}
