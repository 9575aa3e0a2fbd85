import type { DynamoDbStore, TableDescription } from './store.ts';

/**
 * Keeps the descriptions of tables in memory. dynalite reads and parses the description of the table
 * for each item that it reads or writes. The descriptions that are kept are shared, so that callers
 * must not change them. Callers that change a description pass `check_status`, and get their own.
 */
export function cacheTables(store: DynamoDbStore): void {
  const { getTable, tableDb } = store;
  const tables = new Map<string, TableDescription>();
  const { put, del } = tableDb;
  // A description that is read while it is written may be the one before the write.
  tableDb.put = (name, table, done) => {
    tables.delete(name);
    put(name, table, (error) => {
      tables.delete(name);
      done(error);
    });
  };
  tableDb.del = (name, done) => {
    tables.delete(name);
    del(name, (error) => {
      tables.delete(name);
      done(error);
    });
  };
  store.getTable = (name, check_status, own_done) => {
    if (typeof check_status !== 'function') return getTable(name, check_status, own_done);
    const done = check_status;
    const known = tables.get(name);
    if (known !== undefined) return done(null, known);
    getTable(name, true, (error, table) => {
      if (table !== undefined && !error) tables.set(name, table);
      done(error, table);
    });
  };
}
