import {
  type LevelEmulator,
  type LevelStore,
  openLevelEmulator,
  useEmbeddedAccount,
} from '../../gateway/level-emulator.ts';

type Done<Value> = (error: Error | null, value?: Value) => void;

export interface TableDescription {
  TableName: string;
  KeySchema: KeySchema;
  GlobalSecondaryIndexes?: { IndexName: string; KeySchema: KeySchema }[];
}

type KeySchema = { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];

interface DynamoDbStore extends LevelStore {
  db: LevelStore['db'] & { open(): Promise<void> };
  tableDb: { awsAccountId: string; awsRegion: string };
  getTable(name: string, check_status: boolean, done: Done<TableDescription>): void;
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
