/**
 * One entry of a request to the stream. The stream stores each entry as one stream record.
 *
 * @example
 * import type { StreamEntry } from 'aurastream/ingest';
 *
 * const entry: StreamEntry = { data: new TextEncoder().encode('{}'), partition_key: 'rev-0001' };
 */
export interface StreamEntry {
  data: Uint8Array;
  /** The partition key has at most 256 characters. */
  partition_key: string;
}

/**
 * The stream's answer about one {@link StreamEntry}. The answer contains the position of the entry
 * on the stream, or an error code.
 *
 * @example
 * import type { PutOutcome } from 'aurastream/ingest';
 *
 * const isThrottled = (outcome: PutOutcome) =>
 *   !outcome.ok && outcome.code === 'ProvisionedThroughputExceededException';
 */
export type PutOutcome =
  | { ok: true; shard_id: string; sequence_number: string }
  | { ok: false; code: string };

/**
 * Stores texts that are too long for the stream. `put` rejects with a `ServiceError` if the service
 * behind the store fails.
 *
 * @example
 * import { createHash } from 'node:crypto';
 * import type { TextClaimStore } from 'aurastream/ingest';
 *
 * const texts = new Map<string, string>();
 * const claims: TextClaimStore = {
 *   async put(tenant, text) {
 *     const hash = createHash('sha256').update(text).digest('hex');
 *     texts.set(`${tenant}/${hash}`, text);
 *     return hash;
 *   },
 * };
 */
export interface TextClaimStore {
  /**
   * Stores a text.
   *
   * @returns the SHA-256 of the text's UTF-8 bytes, in hex. The record carries the hash instead of
   * the text.
   */
  put(tenant: string, text: string): Promise<string>;
}

/**
 * A stream that a publisher sends records to. One request has at most 500 entries and at most 10
 * MiB.
 *
 * @example
 * import type { RecordStream } from 'aurastream/ingest';
 *
 * const entries_seen: Uint8Array[] = [];
 * // A stream in memory, for tests.
 * const stream: RecordStream = {
 *   async putRecords(entries) {
 *     entries_seen.push(...entries.map(({ data }) => data));
 *     return entries.map((_, i) => ({ ok: true, shard_id: 'shard-0', sequence_number: String(i) }));
 *   },
 * };
 */
export interface RecordStream {
  /**
   * Sends one request. Returns one outcome for each entry, in the order of the entries.
   *
   * @throws {ServiceError} if the whole request failed.
   */
  putRecords(entries: StreamEntry[]): Promise<PutOutcome[]>;
}
