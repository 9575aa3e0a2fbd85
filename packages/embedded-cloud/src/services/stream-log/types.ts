import type { JsonObject } from '../../gateway/json-protocol.ts';

/** A record of a shard. */
export interface LogRecord {
  /**
   * Sequence number of the record. All sequence numbers of a shard have the same number of digits,
   * so that their text order is their numeric order.
   */
  sequence_number: string;
  /** Time at which the record arrived, in epoch milliseconds. */
  arrived_at: number;
  /** Size of the record, by which reads are limited. */
  bytes: number;
  /** The record as a text without line breaks, for example as JSON. */
  content: string;
}

/** A record that a caller appends. The log assigns its sequence number and its arrival time. */
export interface Entry {
  /** Hash of the record's key as 32 hexadecimal digits, which selects the shard. */
  hash: string;
  bytes: number;
  /** Returns the content of the record. */
  render(sequence_number: string, arrived_at: number): string;
}

/** A range of hashes. Both ends belong to the range. */
export interface HashRange {
  first: string;
  last: string;
}

export interface LogShard {
  shard_id: string;
  /** Number of shards that the stream had before this shard. */
  index: number;
  /** Ids of the shards whose records precede the records of this shard. */
  parents: string[];
  hashes: HashRange;
  created_at: number;
  /** Lowest sequence number that a record of the shard may have. */
  first_sequence: string;
  /** Present if the shard is closed. */
  closed?: { at: number; last_sequence: string };
  /** Sequence number of the last record that was deleted because of its age. */
  trimmed_through?: string;
}

export interface LogStream<Details extends object = JsonObject> {
  id: string;
  created_at: number;
  /** Age at which records are deleted, in milliseconds. */
  retention_ms: number;
  /** Number of shards that the stream has had. */
  shard_count: number;
  /** The shards that are open, or whose records may still be read. */
  shards: LogShard[];
  /** Fields of the service to which the stream belongs. */
  details: Details;
}

/** A position in a shard: at the record with this sequence number, or after it. */
export interface Position {
  sequence_number: string;
  is_after: boolean;
}

export interface Page {
  records: LogRecord[];
  next: Position;
  /** Whether the shard has more records after this page. */
  has_more: boolean;
  /** Whether the shard is closed and the page contains its last record. */
  is_end: boolean;
  /** Whether records after the position were deleted because of their age. */
  is_trimmed: boolean;
}

/** The names and sequence numbers of a service's shards. */
export interface Numbering {
  /** Returns the id of a new shard. */
  nameShard(index: number, created_at: number): string;
  /**
   * Returns the first sequence number of a new shard, which is higher than all sequence numbers of
   * the shard's parents.
   *
   * @param parents last sequence numbers of the parents
   */
  start(shard: { index: number; created_at: number }, parents: string[]): string;
  /** Returns the sequence number after `previous`. */
  next(previous: string, now: number): string;
}
