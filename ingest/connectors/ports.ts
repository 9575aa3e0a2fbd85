/** A mark as it is saved, with the state of its connector. */
export interface Checkpoint {
  /** From where the source goes on. JSON of at most 64 KB. Undefined before the first mark. */
  cursor?: unknown;
  /** Time of the newest event before the mark, in epoch milliseconds, if the source tells it. */
  at?: number | undefined;
  /** When the mark was saved, in epoch milliseconds. */
  saved_at?: number | undefined;
  is_paused: boolean;
}

/** A checkpoint with its name and its lease, for operators. */
export interface ConnectorState extends Checkpoint {
  connector: string;
  /** The process that runs the connector, and the end of its lease in epoch milliseconds. */
  owner?: string | undefined;
  until?: number | undefined;
}

/** The right of one process to run a connector, which ends at `until` (epoch milliseconds). */
export interface Lease {
  owner: string;
  until: number;
}

/**
 * Stores the checkpoint of each connector, under a lease, so that of two processes only one saves.
 * Every method rejects with a `ServiceError` if the service behind the store fails.
 */
export interface CheckpointStore {
  /**
   * Takes the lease, and returns the checkpoint. Returns undefined while another owner has the
   * lease. The owner of the lease may take it again.
   */
  take(connector: string, lease: Lease): Promise<Checkpoint | undefined>;
  /**
   * Saves a mark, if there is one, and extends the lease. Returns undefined and changes nothing if
   * the caller no longer has the lease. A paused connector still saves.
   */
  save(
    connector: string,
    lease: Lease,
    mark?: { cursor: unknown; at?: number | undefined },
  ): Promise<{ is_paused: boolean } | undefined>;
  /** Ends the lease if the owner has it. */
  release(connector: string, owner: string): Promise<void>;
  read(connector: string): Promise<ConnectorState | undefined>;
  list(): Promise<ConnectorState[]>;
  /** Lets the connector stop, or go on. Its process learns of it when it saves or extends its lease. */
  setPaused(connector: string, is_paused: boolean): Promise<void>;
  /** Replaces the mark; undefined removes it. Returns false if a process has the lease. */
  rewind(connector: string, cursor: unknown): Promise<boolean>;
}

/** An entry of the ledger for a record. It has no text, but the hash of the text. */
export interface LedgerEntry {
  record_id: string;
  author?: string | undefined;
  version: number;
  /** SHA-256 of the text in base64url. Absent in a withdrawal. */
  text_hash?: string | undefined;
  is_withdrawn: boolean;
  /** Time of this version by the clock of the source, in epoch milliseconds, if the source tells it. */
  event_at?: number | undefined;
  /** When the service first lacked the record in a sweep, in epoch milliseconds. Absent if it had it. */
  missed_at?: number | undefined;
  /** When the text was first published, in epoch milliseconds. */
  first_at: number;
}

/** Finds what a connector has published. */
export interface LedgerReader {
  /** Returns the entries of these records, in any order. Records without an entry are absent. */
  find(record_ids: readonly string[]): Promise<LedgerEntry[]>;
  listByAuthor(author: string): AsyncIterable<LedgerEntry>;
  /** Lists the entries that are not withdrawn and whose text was first published in a time, oldest first. */
  listFirstPublished(from: number, to: number): AsyncIterable<LedgerEntry>;
}

/**
 * Remembers what one connector has published: which deletions concern it, what a deleted account had,
 * and whether a text has changed. An entry is written before its record is published, so that a
 * crash leaves an entry too many, and never one too few. Methods reject with a `ServiceError` if the
 * service behind the ledger fails.
 */
export interface Ledger extends LedgerReader {
  /** Writes entries. An entry with a higher version stays as it is. */
  note(entries: readonly LedgerEntry[]): Promise<void>;
}
