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

/** Takes up to 500 entries of 10 MiB together. */
export interface RecordStream {
  /**
   * One request: outcomes in the order of the entries, one each.
   *
   * @throws {ServiceError} where the whole request failed.
   */
  putRecords(entries: StreamEntry[]): Promise<PutOutcome[]>;
}
