import { createRequire } from 'node:module';
import type { Item } from './partiql-insert.ts';
import type { DynamoDbEmulator, DynamoDbStore, TableDescription } from './store.ts';
import type { WriteItem } from './streams/capture.ts';

const dynalite = createRequire(import.meta.url)('dynalite/db') as {
  createKey(item: Item, table: TableDescription): string;
  updateIndexes(
    store: DynamoDbStore,
    table: TableDescription,
    old_item: Item,
    new_item: null,
    done: (error: Error | null) => void,
  ): void;
};

/**
 * Creates a function that deletes an item if it has expired. The check and the deletion hold the
 * lock of the item, as dynalite's actions do. The function does not use DeleteItem, because the
 * stream record of an expired item differs from the record of a deleted item.
 */
export function createExpireItem({ store }: DynamoDbEmulator, writeItem: WriteItem) {
  /** @returns whether the item was deleted */
  return (
    table: TableDescription,
    listed: Item,
    isExpired: (item: Item) => boolean,
  ): Promise<boolean> => {
    const space = store.getItemDb(table.TableName);
    const key = dynalite.createKey(listed, table);
    const expire = async (): Promise<boolean> => {
      const item = await new Promise<Item | undefined>((resolve, reject) => {
        space.get(key, (error, found) => (error ? reject(error) : resolve(found)));
      });
      if (item === undefined || !isExpired(item)) return false;
      const write = { table: table.TableName, key, item: undefined, old_image: item };
      // The item is written without a pause after its index entries.
      await new Promise<void>((resolve, reject) => {
        dynalite.updateIndexes(store, table, item, null, (error) => {
          if (error) reject(error);
          else writeItem({ ...write, is_expiry: true }).then(resolve, reject);
        });
      });
      return true;
    };
    return new Promise((resolve, reject) => {
      space.lock(key, (release) => {
        const settle = release((error, is_deleted) =>
          error ? reject(error) : resolve(is_deleted === true),
        );
        expire().then(
          (is_deleted) => settle(null, is_deleted),
          (error: Error) => settle(error),
        );
      });
    });
  };
}
