import { type GlueTable, qualifyName, quoteIdentifier, quoteLiteral } from './catalog.ts';
import { escapeGlob, escapeRegExp } from './escape.ts';
import { type HiveColumn, toDuckDbType } from './hive-types.ts';
import type { Layout } from './projection.ts';
import { buildColumnSql, buildConditions, readSerDe } from './serde.ts';
import { nameHiddenView, PATH_COLUMN } from './stand-ins.ts';

/**
 * Builds the SQL that defines an external table as two views of the files at the given paths. The
 * second view also has the hidden columns.
 */
export function buildTableSql(
  table: GlueTable,
  layout: Layout,
  root: string,
  paths: string[],
): string {
  const select = (path_sql: string[]) =>
    paths.length === 0
      ? buildEmptySelect(table, path_sql)
      : buildFilesSelect(table, layout, root, paths, path_sql);
  const file = quoteIdentifier(nameFileColumn(table));
  const uri = `'s3://${layout.bucket}/' || substr(${file}, ${bucketLength(root, layout) + 1})`;
  const hidden = qualifyName({ ...table, name: nameHiddenView(table.name) });
  return [
    `CREATE OR REPLACE VIEW ${qualifyName(table)} AS ${select([])}`,
    `CREATE OR REPLACE VIEW ${hidden} AS ${select([paths.length === 0 ? 'CAST(NULL AS VARCHAR)' : uri])}`,
  ].join('; ');
}

/** Returns the length of the path of the bucket's folder, with the slash at its end. */
function bucketLength(root: string, { folder }: Layout): number {
  const bucket = folder === '' ? root : root.slice(0, -folder.length - 1);
  return [...bucket].length + 1;
}

/**
 * A condition on the path column lets DuckDB skip files, but only if the column is named
 * `filename`. The path column therefore has this name, unless the table has another column of that
 * name.
 */
function nameFileColumn({ columns }: GlueTable): string {
  return columns.some(({ name }) => name === 'filename') ? '$file' : 'filename';
}

/**
 * Builds a SELECT that returns no rows. A table without files needs such a SELECT, because DuckDB
 * cannot read from an empty list of files.
 */
function buildEmptySelect({ columns, partition_keys }: GlueTable, path_sql: string[]): string {
  const castNull = ({ name, type }: HiveColumn) =>
    `CAST(NULL AS ${toDuckDbType(type)}) AS ${quoteIdentifier(name)}`;
  const list = [...columns, ...partition_keys].map(castNull);
  return `SELECT ${[...list, ...path_sql.map(namePath)].join(', ')} WHERE false`;
}

const namePath = (sql: string) => `${sql} AS ${quoteIdentifier(PATH_COLUMN)}`;

function buildFilesSelect(
  table: GlueTable,
  layout: Layout,
  root: string,
  paths: string[],
  path_sql: string[],
): string {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name));
  const reading = readSerDe(table.name, table.serde);
  const values = table.columns.map((column) => buildColumnSql(column, reading));
  const file = nameFileColumn(table);
  const pattern = quoteLiteral(`^${escapeRegExp(`${root}/`)}${layout.pattern}`);
  // The values of the partition keys are extracted from the file path. DuckDB knows the values
  // before it reads a file, and can therefore skip a file that the WHERE clause excludes.
  const partitions = table.partition_keys.map(({ name, type }) => {
    const group = layout.keys.indexOf(name) + 1;
    const value = `regexp_extract(${quoteIdentifier(file)}, ${pattern}, ${group})`;
    return `CAST(${value} AS ${toDuckDbType(type)}) AS ${quoteIdentifier(name)}`;
  });
  const schema = table.columns.map(
    ({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(toDuckDbType(type))}`,
  );
  // If a malformed line is ignored, all of its columns are null. The WHERE clause removes such a row.
  const blank = columns.map((column) => `${column} IS NULL`).join(' AND ');
  const conditions = reading.ignores_malformed
    ? [`NOT (${blank})`, ...buildConditions(table.columns, reading)]
    : [];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const select = (files: string[], compression: string) =>
    `SELECT ${[...values, ...partitions, ...path_sql.map(namePath)].join(', ')} FROM read_json([` +
    `${files.map((path) => quoteLiteral(escapeGlob(path))).join(', ')}], format = 'newline_delimited', ` +
    `compression = '${compression}', columns = {${schema.join(', ')}}, filename = ${quoteLiteral(file)}, ` +
    `ignore_errors = ${reading.ignores_malformed})${where}`;
  // The compression is specified, because DuckDB does not recognise the extension of a file whose
  // path contains a question mark.
  const zipped = paths.filter((path) => path.endsWith('.gz'));
  const plain = paths.filter((path) => !path.endsWith('.gz'));
  return [
    ...(zipped.length > 0 ? [select(zipped, 'gzip')] : []),
    ...(plain.length > 0 ? [select(plain, 'uncompressed')] : []),
  ].join(' UNION ALL ');
}
