import {
  type LevelEmulator,
  type LevelStore,
  openLevelEmulator,
  useEmbeddedAccount,
} from '../../gateway/level-emulator.ts';
import type { KeyValueStore } from '../stream-log/key-value.ts';
import type { Item } from './partiql-insert.ts';

type Done<Value> = (error: Error | null, value?: Value) => void;
/** A function that ends the lock, and then calls the function that `release` got. */
type Settle = (error: Error | null, value?: unknown) => void;

/** The key space of a table's items. */
interface ItemSpace {
  get(key: string, done: Done<Item>): void;
  put(key: string, item: Item, done: Done<void>): void;
  del(key: string, done: Done<void>): void;
  /** Calls the function as soon as no other caller holds the lock of the key. */
  lock(key: string, locked: (release: (done: Settle) => Settle) => void): void;
}

export interface TableDescription {
  TableName: string;
  KeySchema: KeySchema;
  GlobalSecondaryIndexes?: { IndexName: string; KeySchema: KeySchema }[];
}

type KeySchema = { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];

export interface DynamoDbStore extends LevelStore {
  db: LevelStore['db'] &
    KeyValueStore & {
      status: string;
      open(): Promise<void>;
      getSync(key: string): unknown;
      get(key: string, done?: Done<unknown>): unknown;
    };
  tableDb: {
    awsAccountId: string;
    awsRegion: string;
    put(name: string, table: unknown, done: Done<void>): void;
    del(name: string, done: Done<void>): void;
  };
  /**
   * Finds a table. With a function as second argument, only a table that is neither being created
   * nor being deleted is found.
   */
  getTable(
    name: string,
    check_status: boolean | Done<TableDescription>,
    done?: Done<TableDescription>,
  ): void;
  getItemDb(table: string): ItemSpace;
  getIndexDb(type: string, table: string, index: string): Pick<ItemSpace, 'put' | 'del'>;
  /** Returns a key space that is separate from the key spaces of the tables' items. */
  getTagDb(name: string): {
    get(key: string, done: Done<unknown>): void;
    put(key: string, value: unknown, done: Done<void>): void;
    del(key: string, done: Done<void>): void;
  };
}

export type DynamoDbEmulator = LevelEmulator<DynamoDbStore>;

const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
];

/** Opens dynalite's store. @throws {Error} if another process uses the folder */
export function openDynamoDbStore(path: string | undefined): Promise<DynamoDbEmulator> {
  return openLevelEmulator<DynamoDbStore>(
    {
      package: 'dynalite',
      operations: OPERATIONS,
      path,
      options: { createTableMs: 1, deleteTableMs: 1, updateTableMs: 1 },
    },
    async (store) => {
      useEmbeddedAccount(store.tableDb);
      await store.db.open();
    },
  );
}
