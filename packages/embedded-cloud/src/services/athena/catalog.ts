import type { HiveColumn } from './hive-types.ts';

/** A Glue table, read from the resolved template. */
export interface GlueTable {
  database: string;
  name: string;
  /** `EXTERNAL_TABLE` or `VIRTUAL_VIEW`. */
  table_type: string;
  columns: HiveColumn[];
  partition_keys: HiveColumn[];
  /** `s3://bucket/prefix/`; empty for a view. */
  location: string;
  parameters: Record<string, string>;
  /** For a view: the comment that contains its SQL. */
  view_original_text?: string;
}

/** The databases and tables of the data catalog. */
export interface Glue {
  databases: string[];
  tables: GlueTable[];
}

/** The catalog's name in the API. In SQL it is lower case. */
export const CATALOG = 'AwsDataCatalog';
export const ENGINE_CATALOG = CATALOG.toLowerCase();
/** The database of a query that does not name one. */
export const DEFAULT_DATABASE = 'default';

export function isView(table: GlueTable): boolean {
  return table.table_type === 'VIRTUAL_VIEW';
}

/** Writes a name as an SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Writes a text as an SQL literal. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Writes a table's name as `"awsdatacatalog"."database"."table"`. */
export function qualifyName({ database, name }: GlueTable): string {
  return [ENGINE_CATALOG, database, name].map(quoteIdentifier).join('.');
}

/**
 * Reads the SQL of an Athena view. Glue stores it in a comment, as JSON in base64.
 *
 * @throws {Error} if the text is not such a comment
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
