import type { Operation } from '../../stream-log/key-value.ts';
import { createGroupWriter } from '../group-writer.ts';
import type { Item } from '../partiql-insert.ts';
import type { DynamoDbStore } from '../store.ts';
import type { Change } from './change.ts';
import type { TableStreams } from './table-streams.ts';

/** A write of an item under dynalite's key. Without an item, the item is deleted. */
interface Write {
  table: string;
  key: string;
  item: Item | undefined;
  /** The item before the write, if there is one. The caller has read it under the item's lock. */
  old_image: Item | undefined;
  is_expiry?: boolean;
}

export type WriteItem = (write: Write) => Promise<void>;

/**
 * Replaces dynalite's writes of items and of their index entries. An item and its entries are
 * written in one batch, and a write of a table with a stream also writes a record to the stream. All
 * actions of dynalite write through these functions, and hold the lock of the item while they do so.
 * The records of an item are therefore in the order of its writes.
 *
 * @returns the function that writes an item, for callers that hold the lock of the item. The index
 * entries that were changed last, in the same turn of the event loop, belong to the item.
 */
export function captureChanges(store: DynamoDbStore, streams: TableStreams): WriteItem {
  const takeIndexOperations = gatherIndexOperations(store);
  const writeGroup = createGroupWriter(store.db);
  const writeItem: WriteItem = ({ table, key, item, old_image, is_expiry = false }) => {
    const operations = [createOperation(`item-${table}~${key}`, item), ...takeIndexOperations()];
    const stream = streams.enabledOf(table);
    if (stream === undefined) return writeGroup(operations);
    const change: Change = { old_image, new_image: item, is_expiry };
    return streams.writeChange(stream, change, operations);
  };
  const callBack = (write: Write, done: (error: Error | null) => void) => {
    writeItem(write).then(
      () => setImmediate(done, null),
      (error: Error) => setImmediate(done, error),
    );
  };

  const getItemSpace = store.getItemDb;
  // Each action of dynalite asks for the space, and then reads the item that it writes.
  store.getItemDb = (table) => {
    const space = getItemSpace(table);
    let last_read: { key: string; item: Item | undefined } | undefined;
    const write = (key: string, item: Item | undefined, done: (error: Error | null) => void) => {
      if (last_read?.key !== key) throw new Error('An item was written that was not read before.');
      callBack({ table, key, item, old_image: last_read.item }, done);
    };
    return {
      ...space,
      get: (key, done) =>
        space.get(key, (error, item) => {
          last_read = { key, item: item ?? undefined };
          done(error, item);
        }),
      put: write,
      del: (key, done) => write(key, undefined, done),
    };
  };
  return writeItem;
}

/**
 * Replaces the writes of index entries. dynalite changes the entries of an item, and then writes the
 * item without a pause in between.
 *
 * @returns a function that takes the operations that have been gathered since the last call
 */
function gatherIndexOperations(store: DynamoDbStore): () => Operation[] {
  const getIndexSpace = store.getIndexDb;
  let gathered: Operation[] = [];
  store.getIndexDb = (type, table, index) => {
    // The key under which dynalite itself would write the entry.
    const prefix = `index-${type.toLowerCase()}~${table}~${index}~`;
    const gather = (key: string, item: Item | undefined, done: (error: Error | null) => void) => {
      gathered.push(createOperation(`${prefix}${key}`, item));
      done(null);
    };
    return {
      ...getIndexSpace(type, table, index),
      put: gather,
      del: (key, done) => gather(key, undefined, done),
    };
  };
  return () => {
    const operations = gathered;
    gathered = [];
    return operations;
  };
}

function createOperation(key: string, item: Item | undefined): Operation {
  return item === undefined
    ? { type: 'del', key }
    : { type: 'put', key, value: item, valueEncoding: 'json' };
}
