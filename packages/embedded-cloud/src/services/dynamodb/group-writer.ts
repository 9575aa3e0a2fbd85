import type { KeyValueStore, Operation } from '../stream-log/key-value.ts';

/** Writes all operations or, after a failure, none. */
export type WriteGroup = (operations: Operation[]) => Promise<void>;

interface Waiting {
  operations: Operation[];
  resolve(): void;
  reject(cause: unknown): void;
}

/**
 * Creates a function that writes the operations of concurrent callers in one batch, because a batch
 * costs little more than a single write. Operations that wait while a batch is being written are the
 * next batch. If a batch fails, all of its callers get the error.
 */
export function createGroupWriter(store: Pick<KeyValueStore, 'batch'>): WriteGroup {
  let waiting: Waiting[] = [];
  let is_running = false;
  const drain = async () => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await store.batch(group.flatMap(({ operations }) => operations));
        for (const { resolve } of group) resolve();
      } catch (cause) {
        for (const { reject } of group) reject(cause);
      }
    }
    is_running = false;
  };
  return (operations) =>
    new Promise((resolve, reject) => {
      waiting.push({ operations, resolve, reject });
      if (is_running) return;
      is_running = true;
      // The writes that the same turn of the event loop adds belong to the batch.
      queueMicrotask(() => void drain());
    });
}
