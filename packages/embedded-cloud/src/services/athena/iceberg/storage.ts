import type { DuckDBConnection } from '@duckdb/node-api';
import { qualifyName, quoteIdentifier, quoteLiteral } from '../catalog.ts';
import { type HiveColumn, toDuckDbType } from '../hive-types.ts';
import type { IcebergTable } from './tables.ts';

/** Name of the DuckDB database that holds the rows of Iceberg tables. */
export const STORAGE = 'iceberg';
/** Schema of the tables that count files and snapshots. No Glue database can have this name. */
export const META = `${STORAGE}."$meta"`;

/**
 * Builds the SQL that opens the storage.
 *
 * @param path file of the storage; without it, the storage is in memory
 */
export function buildStorageSql(path: string | undefined): string[] {
  return [
    `ATTACH ${quoteLiteral(path ?? ':memory:')} AS ${STORAGE}`,
    `CREATE SCHEMA IF NOT EXISTS ${META}`,
    `CREATE TABLE IF NOT EXISTS ${META}.files (table_id VARCHAR, partition VARCHAR, data_files INTEGER, delete_files INTEGER, PRIMARY KEY (table_id, partition))`,
    `CREATE TABLE IF NOT EXISTS ${META}.snapshots (table_id VARCHAR, sequence INTEGER, committed_at BIGINT, dropped_files INTEGER)`,
  ];
}

/** Returns the name of the DuckDB table with the rows of an Iceberg table. */
export function storedName({ database, name }: { database: string; name: string }): string {
  return [STORAGE, database, name].map(quoteIdentifier).join('.');
}

export function idOf({ database, name }: { database: string; name: string }): string {
  return quoteLiteral(`${database}.${name}`);
}

const writeColumn = ({ name, type }: HiveColumn) =>
  `${quoteIdentifier(name)} ${toDuckDbType(type)}`;

/** Creates the DuckDB table of an Iceberg table if it does not exist, and the view that queries read. */
export async function openTable(connection: DuckDBConnection, table: IcebergTable): Promise<void> {
  const columns = table.columns.map(writeColumn).join(', ');
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${STORAGE}.${quoteIdentifier(table.database)}`);
  await connection.run(`CREATE TABLE IF NOT EXISTS ${storedName(table)} (${columns})`);
  for (const column of table.columns) {
    await connection.run(
      `ALTER TABLE ${storedName(table)} ADD COLUMN IF NOT EXISTS ${writeColumn(column)}`,
    );
  }
  const names = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  await connection.run(
    `CREATE OR REPLACE VIEW ${qualifyName(table)} AS SELECT ${names} FROM ${storedName(table)}`,
  );
}

/** Removes the rows, the view and the counted files of a table. */
export async function dropTable(connection: DuckDBConnection, table: IcebergTable): Promise<void> {
  await connection.run(`DROP VIEW IF EXISTS ${qualifyName(table)}`);
  await connection.run(`DROP TABLE IF EXISTS ${storedName(table)}`);
  await connection.run(`DELETE FROM ${META}.files WHERE table_id = ${idOf(table)}`);
  await connection.run(`DELETE FROM ${META}.snapshots WHERE table_id = ${idOf(table)}`);
}
