import type { StreamRecord } from './kinesis-event.ts';

/** A shard as ListShards tells of it. */
export interface Shard {
  shard_id: string;
  /** Shards whose records come before this one's: the one split, or the two merged. */
  parents: string[];
}

/** Where to start reading in a shard. */
export type Position =
  | { type: 'TRIM_HORIZON' }
  | { type: 'AT_TIMESTAMP' /** Epoch ms. */; timestamp: number }
  | { type: 'AFTER_SEQUENCE_NUMBER'; sequence_number: string };

/** What a mapping asks of the stream. Throws are the service's errors, by name. */
export interface StreamSource {
  stream_arn: string;
  /** Checks access, as Lambda does when a mapping is made. Epoch ms. */
  describe(): Promise<{ created_at: number }>;
  shards(): Promise<Shard[]>;
  iterator(shard_id: string, position: Position): Promise<string>;
  /** @returns `next` undefined where the shard is closed and read to its end. */
  records(
    iterator: string,
    limit: number,
  ): Promise<{ records: StreamRecord[]; next: string | undefined }>;
  close(): void;
}

/** Where discarded batches go. */
export interface FailureDestination {
  /** Checks access, as Lambda does when a mapping is made. */
  check(): Promise<void>;
  put(key: string, body: string): Promise<void>;
  close(): void;
}
