import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Glue, GlueTable } from '../catalog.ts';
import { QueryFailure } from '../failure.ts';
import type { TableName } from './cursor.ts';
import type { PartitionField } from './statement.ts';

/** A Glue table whose rows are in an Iceberg table. */
export interface IcebergTable extends GlueTable {
  partitioning: PartitionField[];
}

export function isIceberg(table: GlueTable): table is IcebergTable {
  return table.parameters.table_type?.toUpperCase() === 'ICEBERG';
}

/** The Iceberg tables in the data catalog. */
export interface IcebergTables {
  all(): IcebergTable[];
  /** @throws {QueryFailure} TABLE_NOT_FOUND, NOT_SUPPORTED if the table is no Iceberg table */
  find(table: TableName, database: string): IcebergTable;
  /** Adds a table to the catalog, or replaces the table of the same name. */
  put(table: IcebergTable): void;
  remove(table: IcebergTable): void;
}

/**
 * Keeps the definitions of the Iceberg tables in a file, because SQL creates them and the template
 * does not have them.
 *
 * @param glue the catalog, to which the tables are added
 * @param path the file; without it, the tables end with the process
 */
export function openIcebergTables(glue: Glue, path: string | undefined): IcebergTables {
  glue.tables.push(...readTables(path));
  const all = () => glue.tables.filter(isIceberg);
  const save = () => path !== undefined && writeTables(path, all());
  const remove = (table: IcebergTable) => {
    const at = glue.tables.findIndex((each) => isSame(each, table));
    if (at >= 0) glue.tables.splice(at, 1);
  };
  return {
    all,
    find({ database, name }, current) {
      const wanted = { database: database ?? current, name };
      const found = glue.tables.find((each) => isSame(each, wanted));
      const full_name = `${wanted.database}.${name}`;
      if (found === undefined) {
        throw new QueryFailure('TABLE_NOT_FOUND', `Table '${full_name}' does not exist`);
      }
      if (isIceberg(found)) return found;
      throw new QueryFailure(
        'NOT_SUPPORTED',
        `Table ${full_name} is no Iceberg table: only Iceberg tables can be written by SQL`,
      );
    },
    put(table) {
      remove(table);
      glue.tables.push(table);
      void save();
    },
    remove(table) {
      remove(table);
      void save();
    },
  };
}

function isSame(a: { database: string; name: string }, b: { database: string; name: string }) {
  return a.database === b.database && a.name === b.name;
}

function readTables(path: string | undefined): IcebergTable[] {
  if (path === undefined) return [];
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as IcebergTable[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function writeTables(path: string, tables: IcebergTable[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(tables, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}
