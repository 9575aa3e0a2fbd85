import { hash } from 'node:crypto';

/** Increase this when the normalisation of texts changes, so that verdicts cached before are not used. */
const NORMALISER_VERSION = 1;

/** Identifies a record among all tenants, as the results table does. A slug contains no `#`. */
export function recordKey(record: { tenant: string; record_id: string }): string {
  return `${record.tenant}#${record.record_id}`;
}

/** The place of a record on the stream. Every delivery of the record has the same place. */
export interface StreamPosition {
  shard_id: string;
  sequence_number: string;
  /** The place in a KPL aggregate; absent for a record outside of one. */
  sub_sequence_number?: number | undefined;
}

/**
 * Derives the id of a record that has none. A redelivery derives the same id, so the record still counts once.
 * Without a sub-sequence number the id equals Lambda's `eventID`.
 */
export function deriveRecordId(position: StreamPosition): string {
  const base = `${position.shard_id}:${position.sequence_number}`;
  return position.sub_sequence_number === undefined
    ? base
    : `${base}:${position.sub_sequence_number}`;
}

/** Kinesis limits a partition key to 256 characters: PutRecords, API reference. */
const PARTITION_KEY_LIMIT = 256;

/**
 * Builds the partition key, which keeps the versions of a record in order. The longest tenant, source and id together
 * exceed the limit of Kinesis by two characters, so a longer key is hashed.
 */
export function partitionKey(record: {
  tenant: string;
  source: string;
  record_id: string;
}): string {
  const key = `${record.tenant}/${record.source}/${record.record_id}`;
  return key.length <= PARTITION_KEY_LIMIT ? key : sha256(key, 'hex');
}

/** Everything that a verdict depends on. */
export interface FingerprintInput {
  analyzer_name: string;
  analyzer_version: string;
  language_code: string;
  normalised_text: string;
}

/**
 * Builds the cache key of a verdict, 43 characters of base64url. Line feeds separate the fields: only the last field
 * can contain one itself.
 */
export function fingerprint(input: FingerprintInput): string {
  const { analyzer_name, analyzer_version, language_code, normalised_text } = input;
  const origin = `${NORMALISER_VERSION}\n${analyzer_name}\n${analyzer_version}\n${language_code}`;
  return sha256(`${origin}\n${normalised_text}`, 'base64url');
}

/** Hashes a text, to identify it without revealing it: SHA-256 of its UTF-8 bytes, in hex. */
export function hashText(text: string): string {
  return sha256(text, 'hex');
}

function sha256(text: string, encoding: 'hex' | 'base64url'): string {
  return hash('sha256', text, encoding);
}
