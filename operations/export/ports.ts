import type { ExportState } from '../../schemas/index.ts';
import type { ErasableObjects, SelectedRows } from '../erase/ports.ts';
import type { RestoreKey } from '../restore.ts';

/** The raw objects of the lake. Each method can throw a {@link ServiceError}. */
interface ExportableRaw {
  days(): Promise<string[]>;
  /** Yields the keys of an hour such as `2026/11/27/06`. */
  keys(hour: string): AsyncIterable<string>;
  /** Yields the lines of an object. Throws an UnreadableObjectError if it is none of the lake's. */
  lines(key: string): AsyncIterable<{ tenant: string; source: string; record_id: string }>;
}

/** The stores that an export reads. */
export interface ExportSources {
  rows: Pick<SelectedRows, 'page'>;
  raw: ExportableRaw;
  set_asides: Pick<ErasableObjects, 'keys' | 'read'>;
  failures: Pick<ErasableObjects, 'keys' | 'read'>;
  restoreKey: RestoreKey;
}

/** The files and the state of exports. Each method can throw a {@link ServiceError}. */
export interface ExportStore {
  readState(tenant: string, export_id: string): Promise<ExportState | undefined>;
  writeState(tenant: string, state: ExportState): Promise<void>;
  /** Writes a file of lines of JSON. */
  writePart(key: string, body: Buffer): Promise<void>;
  /** Deletes all files whose keys begin with a prefix. */
  deleteParts(prefix: string): Promise<void>;
  /**
   * Returns when an erasure last deleted the exports of a tenant, in epoch milliseconds. Undefined if none
   * has.
   */
  readErasedAt(tenant: string): Promise<number | undefined>;
}
