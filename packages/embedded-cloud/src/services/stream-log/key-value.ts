import { ClassicLevel } from 'classic-level';
import { MemoryLevel } from 'memory-level';

/** A write. The value of the encoding `json` is any value that JSON can represent. */
export type Operation =
  | { type: 'put'; key: string; value: string; valueEncoding: 'utf8' }
  | { type: 'put'; key: string; value: unknown; valueEncoding: 'json' }
  | { type: 'del'; key: string };

interface KeyRange {
  gte?: string;
  gt?: string;
  lt?: string;
  lte?: string;
  reverse?: boolean;
  limit?: number;
}

/** The functions of an ordered key-value store (abstract-level) that the log uses. */
export interface KeyValueStore {
  /** Writes all operations or, after a failure, none. */
  batch(operations: Operation[]): Promise<void>;
  iterator(range: KeyRange & { valueEncoding: 'utf8' }): AsyncIterable<[string, string]>;
  clear(range: KeyRange): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a store. Without a folder, all data is in memory only.
 *
 * @throws {Error} if another process uses the folder
 */
export async function openKeyValueStore(path: string | undefined): Promise<KeyValueStore> {
  const store: ClassicLevel | MemoryLevel =
    path === undefined ? new MemoryLevel() : new ClassicLevel(path);
  try {
    await store.open();
  } catch (cause) {
    throw new Error(
      `${path} can't be opened: another process may be using it. Stop it, or use another data folder.`,
      { cause },
    );
  }
  return store as unknown as KeyValueStore;
}
