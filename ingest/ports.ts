/** One entry of a request to the stream. */
export interface StreamEntry {
  data: Uint8Array;
  /** At most 256 characters. */
  partition_key: string;
}

/** What became of one entry. */
export type PutOutcome =
  | { ok: true; shard_id: string; sequence_number: string }
  | { ok: false; code: string };

/** Keeps texts that are too long for the stream. @throws {ServiceError} */
export interface TextClaimStore {
  /** @returns the SHA-256 of the text in UTF-8, in hex: what the record then has in its place. */
  put(tenant: string, text: string): Promise<string>;
}

/** Takes up to 500 entries of 10 MiB together. */
export interface RecordStream {
  /**
   * One request: outcomes in the order of the entries, one each.
   *
   * @throws {ServiceError} where the whole request failed.
   */
  putRecords(entries: StreamEntry[]): Promise<PutOutcome[]>;
}
