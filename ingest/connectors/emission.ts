import type { RecordInput } from '../../schemas/index.ts';

/**
 * A record as a source maps it. The runner adds `source` and `tenant`. A withdrawal has `deleted`
 * and no text. Without `record_version`, the runner chooses a version by the ledger: the time of
 * `created_at` at first, and the time of observation when the text differs from the published one.
 */
export type SourceRecord = Omit<
  RecordInput,
  'source' | 'tenant' | 'stamp' | 'text_claim' | 'analysis_run' | 'job_id' | 'job_index'
> & { record_id: string };

/** Withdraws every record of an author that this connector has published. */
export interface AuthorWithdrawal {
  author: string;
  /** Each withdrawal has this version, or the version of its record plus 1 if that is higher. */
  version: number;
}

/**
 * One step of a source: a record to publish, a mark, or both. A mark says that the source has yielded
 * everything before it, and from where to go on. The runner saves a mark only after all records up
 * to it are on the stream.
 */
export interface Emission<Cursor = unknown> {
  record?: SourceRecord;
  /**
   * True if the source knows that it has not yielded another version of the record before. The
   * runner then need not look into the ledger for a version that an edit has made unwanted.
   */
  is_first?: boolean;
  withdraw_author?: AuthorWithdrawal;
  cursor?: Cursor;
  /** Time of the event by the clock of the source, in epoch milliseconds. */
  at?: number;
}
