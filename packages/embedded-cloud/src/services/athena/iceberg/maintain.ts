import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, quoteLiteral } from '../catalog.ts';
import { QueryFailure } from '../failure.ts';
import { addSnapshot } from './commit.ts';
import { buildPartitionSql } from './partition.ts';
import { idOf, META, storedName } from './storage.ts';
import type { IcebergTable } from './tables.ts';

/** How much work one statement does. Athena then asks to run the statement again. */
export interface MaintenanceLimits {
  /** Partitions that one OPTIMIZE rewrites. */
  partitions: number;
  /** Files that one VACUUM removes. */
  files: number;
}

/** The numbers in Athena's messages. */
export const MAINTENANCE_LIMITS: MaintenanceLimits = { partitions: 100, files: 20_000 };

/**
 * Default values of the properties that decide what OPTIMIZE rewrites and what VACUUM removes.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
const DEFAULTS = {
  optimize_rewrite_data_file_threshold: 5,
  optimize_rewrite_delete_file_threshold: 2,
  vacuum_min_snapshots_to_keep: 1,
  vacuum_max_snapshot_age_seconds: 432_000,
};

function readProperty({ parameters }: IcebergTable, name: keyof typeof DEFAULTS): number {
  return Number(parameters[name] ?? DEFAULTS[name]);
}

/** The work that a statement left to do, and the partitions that it read. */
export interface Maintained {
  partitions: string[];
  /** The failure of a statement that has committed its work but has not finished all of it. */
  unfinished?: QueryFailure;
}

/**
 * Rewrites the files of the partitions that have many data files or delete files.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html
 *
 * @param where SQL of DuckDB that selects partitions
 * @throws {QueryFailure} if `where` names a column that is not a partition column
 */
export async function optimize(
  connection: DuckDBConnection,
  table: IcebergTable,
  where: string | undefined,
  { limits, now }: { limits: MaintenanceLimits; now: number },
): Promise<Maintained> {
  const few = [
    `data_files < ${readProperty(table, 'optimize_rewrite_data_file_threshold')}`,
    `delete_files < ${readProperty(table, 'optimize_rewrite_delete_file_threshold')}`,
  ].join(' AND ');
  const read = await connection.runAndReadAll(
    `SELECT partition, data_files + delete_files FROM ${META}.files WHERE table_id = ${idOf(table)} ` +
      `AND NOT (${few})${where === undefined ? '' : ` AND ${await selectPartitions(connection, table, where)}`} ORDER BY 1`,
  );
  const rows = read.getRows() as [string, number][];
  const rewritten = rows.slice(0, limits.partitions);
  const partitions = rewritten.map(([partition]) => partition);
  if (partitions.length > 0) {
    await connection.run(
      `UPDATE ${META}.files SET data_files = 1, delete_files = 0 WHERE table_id = ${idOf(table)} ` +
        `AND partition IN (${partitions.map(quoteLiteral).join(', ')})`,
    );
    const dropped = rewritten.reduce((sum, [, files]) => sum + files, 0);
    await addSnapshot(connection, table, now, dropped);
  }
  if (rows.length <= limits.partitions) return { partitions };
  return { partitions, unfinished: createOptimizeFailure(table, limits) };
}

function createOptimizeFailure({ location }: IcebergTable, { partitions }: MaintenanceLimits) {
  return new QueryFailure(
    'ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED',
    `Processed ${partitions} partitions in this round of optimization, but there are more partitions remaining. ` +
      'Please run another OPTIMIZE command to process the remaining partitions in the table.' +
      'If this persists, consider lowering your optimize_rewrite_min_data_file_size_bytes setting. ' +
      `You may need to manually clean the data at location '${location}' before retrying. Athena will not delete data in your account.`,
  );
}

/** Builds the condition that a counted partition has rows for which `where` holds. */
async function selectPartitions(
  connection: DuckDBConnection,
  table: IcebergTable,
  where: string,
): Promise<string> {
  const columns = table.partitioning.map(({ column }) => quoteIdentifier(column)).join(', ');
  try {
    await connection.run(
      `SELECT 1 FROM (SELECT ${columns || "''"} FROM ${storedName(table)} LIMIT 0) WHERE (${where})`,
    );
  } catch (error) {
    throw new QueryFailure(
      'NOT_SUPPORTED',
      'Unexpected filter: only partition columns are allowed in the WHERE clause of OPTIMIZE',
      { cause: error },
    );
  }
  return `partition IN (SELECT ${buildPartitionSql(table.partitioning)} FROM ${storedName(table)} WHERE (${where}))`;
}

/** Files that each snapshot has: its list of manifests and its metadata. */
const SNAPSHOT_FILES = 2;

/**
 * Removes old snapshots, and the files that only these needed.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
export async function vacuum(
  connection: DuckDBConnection,
  table: IcebergTable,
  { limits, now }: { limits: MaintenanceLimits; now: number },
): Promise<Maintained> {
  const age_ms = readProperty(table, 'vacuum_max_snapshot_age_seconds') * 1_000;
  const kept = readProperty(table, 'vacuum_min_snapshots_to_keep');
  const own = `table_id = ${idOf(table)}`;
  const newest = `SELECT sequence FROM ${META}.snapshots WHERE ${own} ORDER BY sequence DESC LIMIT ${kept}`;
  const read = await connection.runAndReadAll(
    `SELECT sequence, dropped_files FROM ${META}.snapshots WHERE ${own} AND committed_at < ${now - age_ms} ` +
      `AND sequence NOT IN (${newest}) ORDER BY sequence`,
  );
  let left = limits.files;
  for (const [sequence, dropped] of read.getRows() as [number, number][]) {
    const files = dropped + SNAPSHOT_FILES;
    if (files > left) {
      await connection.run(
        `UPDATE ${META}.snapshots SET dropped_files = dropped_files - ${left} WHERE ${own} AND sequence = ${sequence}`,
      );
      return { partitions: [], unfinished: createVacuumFailure(limits) };
    }
    left -= files;
    await connection.run(`DELETE FROM ${META}.snapshots WHERE ${own} AND sequence = ${sequence}`);
  }
  return { partitions: [] };
}

function createVacuumFailure({ files }: MaintenanceLimits): QueryFailure {
  return new QueryFailure(
    'ICEBERG_VACUUM_MORE_RUNS_NEEDED',
    `Removed ${files} files in this round of vacuum, but there are more files remaining. ` +
      'Please run another VACUUM command to process the remaining files',
  );
}
