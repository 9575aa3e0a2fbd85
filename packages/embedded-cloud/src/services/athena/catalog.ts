import type { HiveColumn } from './hive-types.ts';

/** A Glue table as the template resolves it. */
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
  /** Of a view: the comment that holds its SQL. */
  view_original_text?: string;
}

/** What the data catalog holds. */
export interface Glue {
  databases: string[];
  tables: GlueTable[];
}

/** As clients name it; Trino knows names in lower case. */
export const CATALOG = 'AwsDataCatalog';
export const ENGINE_CATALOG = CATALOG.toLowerCase();
/** Athena's database for a query that names none. */
export const DEFAULT_DATABASE = 'default';

export function isView(table: GlueTable): boolean {
  return table.table_type === 'VIRTUAL_VIEW';
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `"awsdatacatalog"."database"."table"` */
export function qualified({ database, name }: GlueTable): string {
  return [ENGINE_CATALOG, database, name].map(identifier).join('.');
}

/**
 * The SQL of an Athena view. Glue keeps it as base64 of JSON in a comment.
 * @throws {Error} where the text is not such a comment
 */
export function viewSql(table: GlueTable): string {
  const base64 = /^\/\* Presto View: (\S+) \*\/$/.exec(
    (table.view_original_text ?? '').trim(),
  )?.[1];
  if (base64 === undefined) throw new Error(`${table.name} does not hold a Presto view`);
  const { originalSql } = JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as {
    originalSql?: unknown;
  };
  if (typeof originalSql !== 'string') throw new Error(`The view ${table.name} has no SQL`);
  return originalSql;
}
