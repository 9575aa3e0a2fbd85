import type { StreamRecord } from './stream-record.ts';

/** A shard as ListShards returns it. */
export interface Shard {
  shard_id: string;
  /**
   * Ids of the shards whose records precede the records of this shard. A shard has one parent after
   * a split and two parents after a merge.
   */
  parents: string[];
}

/** The position in a shard at which reading starts. */
export type Position =
  | { type: 'TRIM_HORIZON' }
  | { type: 'AT_TIMESTAMP' /** Milliseconds since 1970. */; timestamp: number }
  | { type: 'AFTER_SEQUENCE_NUMBER'; sequence_number: string };

/**
 * The calls that a mapping makes to its stream. If the service answers with an error, the call
 * throws an error with the same name.
 */
export interface StreamSource {
  stream_arn: string;
  /**
   * Checks access to the stream, as Lambda does when a mapping is created.
   * @returns the time at which the stream was created, in milliseconds since 1970.
   */
  describe(): Promise<{ created_at: number }>;
  shards(): Promise<Shard[]>;
  iterator(shard_id: string, position: Position): Promise<string>;
  /**
   * Reads a page of records.
   * @returns the records, and the next iterator. `next` is undefined if the shard is closed and was
   * read to its end. `is_at_end` says that the stream had no record after the iterator.
   */
  records(
    iterator: string,
    limit: number,
  ): Promise<{ records: StreamRecord[]; next: string | undefined; is_at_end?: boolean }>;
  /**
   * Returns a text that differs after a shard has more to read, without a call to the service. Absent
   * or undefined if only a call can tell.
   */
  endOf?(shard_id: string): string | undefined;
}

/** The destination of the reports of discarded batches. */
export interface FailureDestination {
  /** Checks access to the destination, as Lambda does when a mapping is created. */
  check(): Promise<void>;
  put(key: string, body: string): Promise<void>;
  close(): void;
}
