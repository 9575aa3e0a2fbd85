import type { HistoryVersion, RecordIdentity, Result } from '../../schemas/index.ts';

/** A version of a record that another version has replaced. */
export interface PastVersion {
  /** Key of the record, see `recordKey`. */
  record_key: string;
  version: HistoryVersion;
  /** When DynamoDB may delete the item, in epoch seconds. */
  expires_at: number;
}

export interface RejectedVersion {
  past: PastVersion;
  /** Error code of DynamoDB. */
  code: string;
}

/** Writes past versions. The key of an item is the record and the revision of the version. */
export interface HistoryWriter {
  /**
   * Stores versions. A version that is already stored stays the same, because everything that is
   * stored is part of the change.
   *
   * @param versions have distinct keys.
   * @returns the versions that were not stored, with the reasons.
   */
  put(versions: PastVersion[]): Promise<RejectedVersion[]>;
}

interface PastVersionsQuery {
  record_key: string;
  /** Only versions with a lower revision. */
  before: number;
  limit: number;
}

/** Past versions of a record, the newest first. */
interface PastVersionsPage {
  versions: HistoryVersion[];
  /** True if there are more versions behind the page. */
  has_more: boolean;
}

/** Reads past versions that have not expired. */
export interface HistoryReader {
  /** @throws {ServiceError} if a call fails. */
  list(query: PastVersionsQuery): Promise<PastVersionsPage>;
}

/** Reads the current row of a record. */
export interface CurrentRow {
  /** @throws {ServiceError} if a call fails. */
  get(record: RecordIdentity): Promise<Result | undefined>;
}
