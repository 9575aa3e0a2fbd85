import type { Operation } from '../../stream-log/key-value.ts';
import type { Item } from '../partiql-insert.ts';
import type { DynamoDbStore, ItemSpace } from '../store.ts';
import type { Change } from './change.ts';
import type { TableStreams } from './table-streams.ts';

/** A write of an item under dynalite's key. Without an item, the item is deleted. */
interface Write {
  table: string;
  key: string;
  item: Item | undefined;
  is_expiry?: boolean;
}

export type WriteItem = (write: Write) => Promise<void>;

/**
 * Replaces dynalite's writes of items, so that a write of a table with a stream also writes a record
 * to the stream. All actions of dynalite write through these functions, and hold the lock of the
 * item while they do so. The records of an item are therefore in the order of its writes.
 *
 * @returns the function that writes an item, for callers that hold the lock of the item
 */
export function captureChanges(store: DynamoDbStore, streams: TableStreams): WriteItem {
  const getItemSpace = store.getItemDb;

  const writeItem: WriteItem = async ({ table, key, item, is_expiry = false }) => {
    const operation = createOperation(table, key, item);
    const stream = streams.enabledOf(table);
    if (stream === undefined) return store.db.batch([operation]);
    const old_image = await readItem(getItemSpace(table), key);
    const change: Change = { old_image, new_image: item, is_expiry };
    await streams.writeChange(stream, change, operation);
  };
  const callBack = (write: Write, done: (error: Error | null) => void) => {
    writeItem(write).then(
      () => setImmediate(done, null),
      (error: Error) => setImmediate(done, error),
    );
  };

  store.getItemDb = (table) => {
    const space = getItemSpace(table);
    if (streams.enabledOf(table) === undefined) return space;
    return {
      ...space,
      put: (key, item, done) => callBack({ table, key, item }, done),
      del: (key, done) => callBack({ table, key, item: undefined }, done),
    };
  };
  return writeItem;
}

/**
 * Returns the operation that writes an item. The key is the one that dynalite uses for the item, so
 * that the item and its record are written together.
 */
function createOperation(table: string, key: string, item: Item | undefined): Operation {
  const item_key = `item-${table}~${key}`;
  return item === undefined
    ? { type: 'del', key: item_key }
    : { type: 'put', key: item_key, value: item, valueEncoding: 'json' };
}

function readItem(space: ItemSpace, key: string): Promise<Item | undefined> {
  return new Promise((resolve, reject) => {
    space.get(key, (error, item) => {
      if (error && error.name !== 'NotFoundError') reject(error);
      else resolve(item ?? undefined);
    });
  });
}
