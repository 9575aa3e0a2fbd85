import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteLiteral } from '../catalog.ts';
import { QueryFailure } from '../failure.ts';
import { idOf, META } from './storage.ts';
import type { IcebergTable } from './tables.ts';

/** The rows that a statement wrote and removed, counted by the name of their partition. */
export interface WrittenRows {
  added: Map<string, number>;
  removed: Map<string, number>;
  rows: number;
}

/** Runs the transactions on Iceberg tables one after the other, and finds conflicts. */
export interface Commits {
  /** The version of a table. Each commit changes it. */
  versionOf(table: IcebergTable): number;
  /**
   * Writes to a table in one transaction.
   *
   * @param options.seen the version of the table when the statement started. If another statement
   * has committed since then, the transaction fails. An append has no such version, because appends
   * never conflict.
   * @param options.signal ends the statement before its transaction
   * @throws {QueryFailure} ICEBERG_COMMIT_ERROR
   */
  run<T>(
    table: IcebergTable,
    options: { connection: DuckDBConnection; seen?: number | undefined; signal: AbortSignal },
    work: () => Promise<T>,
  ): Promise<T>;
}

export function createCommits(): Commits {
  const versions = new Map<string, number>();
  const versionOf = (table: IcebergTable) => versions.get(idOf(table)) ?? 0;
  let last: Promise<unknown> = Promise.resolve();

  const runNow: Commits['run'] = async (table, { connection, seen, signal }, work) => {
    signal.throwIfAborted();
    if (seen !== undefined && seen !== versionOf(table)) {
      throw new QueryFailure(
        'ICEBERG_COMMIT_ERROR',
        `Failed to commit Iceberg update to table: ${table.database}.${table.name}`,
      );
    }
    await connection.run('BEGIN TRANSACTION');
    try {
      const result = await work();
      signal.throwIfAborted();
      await connection.run('COMMIT');
      versions.set(idOf(table), versionOf(table) + 1);
      return result;
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };
  return {
    versionOf,
    run(table, options, work) {
      const result = last.catch(() => undefined).then(() => runNow(table, options, work));
      last = result;
      return result;
    },
  };
}

/**
 * The largest number of partitions to which a statement may write.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
 */
const MOST_OPEN_PARTITIONS = 100;

/**
 * Counts the files that Athena would have written: one data file for each partition that got rows,
 * and one delete file for each partition that lost rows.
 *
 * @throws {QueryFailure} ICEBERG_TOO_MANY_OPEN_PARTITIONS
 */
export async function countFiles(
  connection: DuckDBConnection,
  table: IcebergTable,
  { added, removed }: WrittenRows,
  now: number,
): Promise<void> {
  if (added.size > MOST_OPEN_PARTITIONS) {
    throw new QueryFailure(
      'ICEBERG_TOO_MANY_OPEN_PARTITIONS',
      `Exceeded limit of ${MOST_OPEN_PARTITIONS} open writers for partitions.`,
    );
  }
  const counted = [...new Set([...added.keys(), ...removed.keys()])].map((partition) => {
    const counts = [added, removed].map((rows) => (rows.has(partition) ? 1 : 0));
    return `(${idOf(table)}, ${quoteLiteral(partition)}, ${counts.join(', ')})`;
  });
  if (counted.length > 0) {
    await connection.run(
      `INSERT INTO ${META}.files VALUES ${counted.join(', ')} ` +
        'ON CONFLICT DO UPDATE SET data_files = data_files + EXCLUDED.data_files, ' +
        'delete_files = delete_files + EXCLUDED.delete_files',
    );
  }
  await addSnapshot(connection, table, now, 0);
}

/**
 * Adds a snapshot of a table.
 *
 * @param dropped the number of files that the snapshot no longer has, and that the snapshot before
 * it still needs
 */
export async function addSnapshot(
  connection: DuckDBConnection,
  table: IcebergTable,
  now: number,
  dropped: number,
): Promise<void> {
  const own = `table_id = ${idOf(table)}`;
  const latest = `(SELECT max(sequence) FROM ${META}.snapshots WHERE ${own})`;
  if (dropped > 0) {
    await connection.run(
      `UPDATE ${META}.snapshots SET dropped_files = dropped_files + ${dropped} WHERE ${own} AND sequence = ${latest}`,
    );
  }
  await connection.run(
    `INSERT INTO ${META}.snapshots VALUES (${idOf(table)}, coalesce(${latest}, 0) + 1, ${now}, 0)`,
  );
}
