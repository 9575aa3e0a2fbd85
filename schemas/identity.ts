import { hash } from 'node:crypto';

/**
 * Version of the canonical form of texts. Increase the version when the form changes, so that older
 * cached verdicts are no longer used. Version 2 replaces ids by a neutral number.
 */
const NORMALISER_VERSION = 2;

/** The fields that identify a record. Two sources may use the same `record_id` for two records. */
export interface RecordIdentity {
  tenant: string;
  source: string;
  record_id: string;
}

/**
 * Returns a key that identifies a record among the records of all tenants. The results table uses
 * the same key. The key is unambiguous, because tenant and source contain no `#`.
 */
export function recordKey({ tenant, source, record_id }: RecordIdentity): string {
  return `${tenant}#${source}#${record_id}`;
}

/** The position of a record on its stream. Every delivery of the record has the same position. */
export interface StreamPosition {
  stream_name: string;
  shard_id: string;
  sequence_number: string;
  /**
   * The number of the record in its KPL aggregate, list of JSON values or message of another
   * service. Undefined if the Kinesis record holds only one record.
   */
  sub_sequence_number?: number | undefined;
  /**
   * The numbers of the record in containers within the container that `sub_sequence_number` counts,
   * from the outer to the inner. For example, a line of the records of an aggregate has one.
   */
  nested_numbers?: number[] | undefined;
}

/** Returns the position of a record within a container that has a position itself. */
export function nestPosition(container: StreamPosition, number: number): StreamPosition {
  if (container.sub_sequence_number === undefined) {
    return { ...container, sub_sequence_number: number };
  }
  return { ...container, nested_numbers: [...(container.nested_numbers ?? []), number] };
}

/**
 * Derives an id from the position of a record on its stream, such as
 * `Live:shardId-000000000006:4959…`. The id is for records that producers sent without an id. A
 * redelivery has the same position and therefore the same id, so the record is counted only once.
 * The id contains the names of stream and shard, because a sequence number is unique only in its shard.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html
 */
export function deriveRecordId(position: StreamPosition): string {
  const base = `${position.stream_name}:${position.shard_id}:${position.sequence_number}`;
  return position.sub_sequence_number === undefined
    ? base
    : [base, position.sub_sequence_number, ...(position.nested_numbers ?? [])].join(':');
}

/**
 * Maximum length of a partition key, in characters. Source: the page on PutRecords in the Kinesis
 * API reference.
 */
const PARTITION_KEY_LIMIT = 256;

/**
 * Builds the partition key of a record. All versions of a record have the same partition key, so
 * the versions are in one shard and stay in order. A key above the limit of Kinesis is replaced by
 * its hash.
 */
export function partitionKey(record: RecordIdentity): string {
  const key = `${record.tenant}/${record.source}/${record.record_id}`;
  return key.length <= PARTITION_KEY_LIMIT ? key : sha256(key, 'hex');
}

/** All values that determine a verdict. */
export interface FingerprintInput {
  analyzer_name: string;
  analyzer_version: string;
  language_code: string;
  /** The text as it is sent to the analyzer. */
  analysed_text: string;
}

/**
 * Builds the cache key of a verdict. The key is the hash of all fields, in 43 characters of
 * base64url. Before hashing, the fields are joined with line feeds. The joined string is
 * unambiguous, because only the last field can contain a line feed.
 */
export function fingerprint(input: FingerprintInput): string {
  const { analyzer_name, analyzer_version, language_code, analysed_text } = input;
  const origin = `${NORMALISER_VERSION}\n${analyzer_name}\n${analyzer_version}\n${language_code}`;
  return sha256(`${origin}\n${analysed_text}`, 'base64url');
}

/**
 * Returns the SHA-256 of a text's UTF-8 bytes, in hex. The hash identifies the text without
 * revealing the text.
 */
export function hashText(text: string): string {
  return sha256(text, 'hex');
}

function sha256(text: string, encoding: 'hex' | 'base64url'): string {
  return hash('sha256', text, encoding);
}
