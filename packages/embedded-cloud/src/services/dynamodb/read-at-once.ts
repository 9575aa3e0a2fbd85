import type { DynamoDbStore } from './store.ts';

type Get = DynamoDbStore['db']['get'];

/**
 * Replaces the reads of single keys by reads that call back at once. dynalite reads the table and
 * the item for each item that it writes. LevelDB answers such a read from memory in microseconds,
 * while a read in another thread costs several times the CPU time of the read itself.
 */
export function readAtOnce({ db }: Pick<DynamoDbStore, 'db'>): void {
  const getLater = db.get;
  const get: Get = (key, done) => {
    // dynalite has its own error for a database that is closed or is being closed.
    if (done === undefined || db.status !== 'open') return getLater(key, done);
    const { error, value } = read(db, key);
    return done(error, value);
  };
  db.get = get;
}

function read(db: DynamoDbStore['db'], key: string): { error: Error | null; value?: unknown } {
  try {
    return { error: null, value: db.getSync(key) };
  } catch (error) {
    return { error: error as Error };
  }
}
