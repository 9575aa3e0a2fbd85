import type { StreamRecord } from './kinesis-event.ts';

/** A shard as ListShards returns it. */
export interface Shard {
  shard_id: string;
  /** The shards whose records come before this one's: one after a split, two after a merge. */
  parents: string[];
}

/** The place in a shard where reading starts. */
export type Position =
  | { type: 'TRIM_HORIZON' }
  | { type: 'AT_TIMESTAMP' /** Epoch ms. */; timestamp: number }
  | { type: 'AFTER_SEQUENCE_NUMBER'; sequence_number: string };

/** The calls of a mapping to its stream. They throw the service's errors, with their names. */
export interface StreamSource {
  stream_arn: string;
  /** Checks access, as Lambda does when a mapping is created. @returns the stream's creation, epoch ms. */
  describe(): Promise<{ created_at: number }>;
  shards(): Promise<Shard[]>;
  iterator(shard_id: string, position: Position): Promise<string>;
  /** @returns a page of records. `next` is undefined if the shard is closed and read to its end. */
  records(
    iterator: string,
    limit: number,
  ): Promise<{ records: StreamRecord[]; next: string | undefined }>;
  close(): void;
}

/** The place for the reports of discarded batches. */
export interface FailureDestination {
  /** Checks access, as Lambda does when a mapping is created. */
  check(): Promise<void>;
  put(key: string, body: string): Promise<void>;
  close(): void;
}
