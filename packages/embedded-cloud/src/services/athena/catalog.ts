import type { HiveColumn } from './hive-types.ts';

/** The library with which Athena reads the lines of a table, and its properties. */
export interface SerDe {
  library: string;
  parameters: Record<string, string>;
}

/** A Glue table that was read from the resolved template. */
export interface GlueTable {
  database: string;
  name: string;
  /** Either `EXTERNAL_TABLE` or `VIRTUAL_VIEW`. */
  table_type: string;
  columns: HiveColumn[];
  partition_keys: HiveColumn[];
  /**
   * URI of the table's files, for example `s3://bucket/prefix/`. The location of a view is empty.
   */
  location: string;
  parameters: Record<string, string>;
  /** Only views have no SerDe. */
  serde?: SerDe;
  /** Comment that contains the SQL of a view. Only views have this comment. */
  view_original_text?: string;
}

/** The databases and tables of the data catalog. */
export interface Glue {
  databases: string[];
  tables: GlueTable[];
}

/** Name of the data catalog in the API. In SQL, the name is in lower case. */
export const CATALOG = 'AwsDataCatalog';
export const ENGINE_CATALOG = CATALOG.toLowerCase();
/** Database in which a query runs if the request does not specify a database. */
export const DEFAULT_DATABASE = 'default';

export function isView(table: GlueTable): boolean {
  return table.table_type === 'VIRTUAL_VIEW';
}

/** Returns the columns of a table, with its partition keys. */
export function findColumns(
  tables: GlueTable[],
  database: string,
  name: string,
): HiveColumn[] | undefined {
  const table = tables.find((each) => each.database === database && each.name === name);
  return table && [...table.columns, ...table.partition_keys];
}

/** Writes a name as an SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Writes a string as an SQL literal. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Writes the full name of a table as `"awsdatacatalog"."database"."table"`. */
export function qualifyName({ database, name }: GlueTable): string {
  return [ENGINE_CATALOG, database, name].map(quoteIdentifier).join('.');
}

/**
 * Reads the SQL of an Athena view. Glue stores the SQL in a comment, as base64-encoded JSON.
 *
 * @throws {Error} if the table's `view_original_text` does not contain SQL in this format
 */
export function readViewSql(table: GlueTable): string {
  const base64 = /^\/\* Presto View: (\S+) \*\/$/.exec(
    (table.view_original_text ?? '').trim(),
  )?.[1];
  if (base64 === undefined)
    throw new Error(
      `View ${table.name}: expected ViewOriginalText of the form /* Presto View: <base64> */`,
    );
  const { originalSql } = JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as {
    originalSql?: unknown;
  };
  if (typeof originalSql !== 'string')
    throw new Error(`View ${table.name}: the JSON in ViewOriginalText has no originalSql`);
  return originalSql;
}
