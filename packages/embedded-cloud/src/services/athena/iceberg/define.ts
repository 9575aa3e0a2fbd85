import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Glue, quoteIdentifier } from '../catalog.ts';
import { QueryFailure } from '../failure.ts';
import { type HiveColumn, toDuckDbType } from '../hive-types.ts';
import type { Definition } from './statement.ts';
import { dropTable, openTable, storedName } from './storage.ts';
import type { IcebergTable, IcebergTables } from './tables.ts';

/** The parts that a statement about a table needs. */
export interface DefineDeps {
  glue: Glue;
  tables: IcebergTables;
  s3Dir: string;
}

/**
 * The properties that Athena accepts for an Iceberg table.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
const PROPERTIES = new Set([
  'table_type',
  'format',
  'write_compression',
  'compression_level',
  'optimize_rewrite_data_file_threshold',
  'optimize_rewrite_delete_file_threshold',
  'optimize_rewrite_min_data_file_size_bytes',
  'optimize_rewrite_max_data_file_size_bytes',
  'vacuum_min_snapshots_to_keep',
  'vacuum_max_snapshot_age_seconds',
  'vacuum_max_metadata_files_to_keep',
  'write_target_data_file_size_bytes',
]);

/**
 * The types of Hive that Iceberg does not have.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-supported-data-types.html
 */
const MISSING_TYPES = /\b(tinyint|smallint|char|varchar|interval)\b/i;

/**
 * Creates, changes or removes an Iceberg table.
 *
 * @throws {QueryFailure} with Athena's code, if the statement is not possible
 */
export async function define(
  connection: DuckDBConnection,
  statement: Definition,
  database: string,
  deps: DefineDeps,
): Promise<void> {
  const { tables } = deps;
  if (statement.kind === 'create_table') return create(connection, statement, database, deps);
  if (statement.kind === 'drop_table') {
    const table = findOrSkip(() => tables.find(statement.table, database), statement.if_exists);
    if (table === undefined) return;
    tables.remove(table);
    return dropTable(connection, table);
  }
  const table = tables.find(statement.table, database);
  if (statement.kind === 'set_properties') {
    checkProperties(statement.properties);
    tables.put({ ...table, parameters: { ...table.parameters, ...statement.properties } });
    return;
  }
  const changed = { ...table, columns: changeColumns(table, statement) };
  if (statement.kind === 'drop_column') {
    await connection.run(
      `ALTER TABLE ${storedName(table)} DROP COLUMN ${quoteIdentifier(statement.column)}`,
    );
  }
  await openTable(connection, changed);
  tables.put(changed);
}

type Change = Extract<Definition, { kind: 'add_columns' | 'drop_column' }>;

function changeColumns(table: IcebergTable, statement: Change): HiveColumn[] {
  const { columns, partitioning } = table;
  if (statement.kind === 'drop_column') {
    const { column } = statement;
    if (!columns.some(({ name }) => name === column)) {
      throw new QueryFailure('COLUMN_NOT_FOUND', `Column '${column}' does not exist`);
    }
    if (partitioning.some((field) => field.column === column)) {
      throw new QueryFailure('NOT_SUPPORTED', `Cannot drop partition field: ${column}`);
    }
    return columns.filter(({ name }) => name !== column);
  }
  checkColumns([...columns, ...statement.columns]);
  return [...columns, ...statement.columns];
}

async function create(
  connection: DuckDBConnection,
  statement: Extract<Definition, { kind: 'create_table' }>,
  current: string,
  { glue, tables, s3Dir }: DefineDeps,
): Promise<void> {
  const { columns, partitioning, location, properties, if_not_exists } = statement;
  const { name, database = current } = statement.table;
  if (!glue.databases.includes(database)) {
    throw new QueryFailure('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`);
  }
  if (glue.tables.some((each) => each.database === database && each.name === name)) {
    if (if_not_exists) return;
    throw new QueryFailure('TABLE_ALREADY_EXISTS', `Table '${database}.${name}' already exists`);
  }
  checkProperties(properties);
  if (properties.table_type?.toUpperCase() !== 'ICEBERG') {
    throw new QueryFailure('NOT_SUPPORTED', "TBLPROPERTIES need 'table_type'='ICEBERG'");
  }
  checkColumns(columns);
  for (const { column } of partitioning) {
    if (columns.some((each) => each.name === column)) continue;
    throw new QueryFailure('COLUMN_NOT_FOUND', `Partition column '${column}' is not in the table`);
  }
  await checkLocation(location, s3Dir);
  const table: IcebergTable = {
    ...{ database, name, table_type: 'EXTERNAL_TABLE', columns, partition_keys: [], partitioning },
    ...{ location, parameters: { ...properties, table_type: 'ICEBERG' } },
  };
  await dropTable(connection, table);
  await openTable(connection, table);
  tables.put(table);
}

function checkProperties(properties: Record<string, string>): void {
  for (const name of Object.keys(properties)) {
    if (PROPERTIES.has(name)) continue;
    throw new QueryFailure('NOT_SUPPORTED', `Unsupported table property key: ${name}`);
  }
}

function checkColumns(columns: HiveColumn[]): void {
  const seen = new Set<string>();
  for (const { name, type } of columns) {
    if (seen.has(name)) {
      throw new QueryFailure('DUPLICATE_COLUMN_NAME', `Column name '${name}' specified twice`);
    }
    seen.add(name);
    const missing = MISSING_TYPES.exec(type)?.[0];
    if (missing !== undefined) {
      throw new QueryFailure('NOT_SUPPORTED', `Column ${name}: Iceberg has no type ${missing}`);
    }
    try {
      void toDuckDbType(type);
    } catch (error) {
      throw new QueryFailure('TYPE_NOT_FOUND', `Unknown type: ${type}`, { cause: error });
    }
  }
}

/** Athena refuses a location that has objects. */
async function checkLocation(location: string, s3Dir: string): Promise<void> {
  const [, path] = /^s3:\/\/([^/]+\/.*)$/.exec(location) ?? [];
  if (path === undefined) {
    throw new QueryFailure('INVALID_TABLE_PROPERTY', 'LOCATION needs the form s3://bucket/folder/');
  }
  const objects = await readdir(join(s3Dir, path)).catch(() => []);
  if (objects.length === 0) return;
  throw new QueryFailure(
    'ICEBERG_FILESYSTEM_ERROR',
    `Cannot create a table on a non-empty location: ${location}`,
  );
}

function findOrSkip<T>(find: () => T, skips: boolean): T | undefined {
  try {
    return find();
  } catch (error) {
    if (skips && error instanceof QueryFailure && error.code === 'TABLE_NOT_FOUND')
      return undefined;
    throw error;
  }
}
