import { hash } from 'node:crypto';

/**
 * Bumped whenever normalisation changes what an analyzer is given: verdicts cached before must not be found again.
 */
export const NORMALISER_VERSION = 1;

/** Identifies a record among all tenants, as the results table does. A slug contains no `#`. */
export function recordKey(record: { tenant: string; record_id: string }): string {
  return `${record.tenant}#${record.record_id}`;
}

/** Where a record stands on the stream: what redelivery always gives again. */
export interface StreamPosition {
  shard_id: string;
  sequence_number: string;
  /** The place in a KPL aggregate; absent for a record that travelled alone. */
  sub_sequence_number?: number | undefined;
}

/**
 * The identity of a record that came without one. Redelivery derives it again, so effects stay single.
 * Without the sub-sequence number it equals Lambda's `eventID`.
 */
export function derivedRecordId(position: StreamPosition): string {
  const base = `${position.shard_id}:${position.sequence_number}`;
  return position.sub_sequence_number === undefined
    ? base
    : `${base}:${position.sub_sequence_number}`;
}

/** Kinesis' limit on a partition key, in characters: PutRecords, API reference. */
const PARTITION_KEY_LIMIT = 256;

/**
 * The partition key that keeps the versions of one record in order.
 * The longest legal names exceed Kinesis' 256 characters by two; those are hashed.
 */
export function partitionKey(record: {
  tenant: string;
  source: string;
  record_id: string;
}): string {
  const key = `${record.tenant}/${record.source}/${record.record_id}`;
  return key.length <= PARTITION_KEY_LIMIT ? key : sha256(key, 'hex');
}

/** What decides a verdict: all of it, and nothing else. */
export interface FingerprintInput {
  analyzer_name: string;
  analyzer_version: string;
  language_code: string;
  normalised_text: string;
}

/** The cache key of a verdict: 43 characters of base64url. No field but the last can hold a line feed. */
export function fingerprint(input: FingerprintInput): string {
  const { analyzer_name, analyzer_version, language_code, normalised_text } = input;
  const origin = `${NORMALISER_VERSION}\n${analyzer_name}\n${analyzer_version}\n${language_code}`;
  return sha256(`${origin}\n${normalised_text}`, 'base64url');
}

/** Identifies a text without telling it: SHA-256 of its UTF-8 bytes, in hex. */
export function textHash(text: string): string {
  return sha256(text, 'hex');
}

function sha256(text: string, encoding: 'hex' | 'base64url'): string {
  return hash('sha256', text, encoding);
}
