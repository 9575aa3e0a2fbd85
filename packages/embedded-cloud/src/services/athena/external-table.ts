import { type GlueTable, qualifyName, quoteIdentifier, quoteLiteral } from './catalog.ts';
import { escapeGlob, escapeRegExp } from './escape.ts';
import { type HiveColumn, toDuckDbType } from './hive-types.ts';
import type { Layout } from './projection.ts';
import { buildColumnSql, buildConditions, readSerDe } from './serde.ts';

/** Builds the SQL that defines an external table as a view of the files at the given paths. */
export function buildTableSql(
  table: GlueTable,
  layout: Layout,
  root: string,
  paths: string[],
): string {
  const select =
    paths.length === 0 ? buildEmptySelect(table) : buildFilesSelect(table, layout, root, paths);
  return `CREATE OR REPLACE VIEW ${qualifyName(table)} AS ${select}`;
}

/**
 * Builds a SELECT that returns no rows. A table without files needs such a SELECT, because DuckDB
 * cannot read from an empty list of files.
 */
function buildEmptySelect({ columns, partition_keys }: GlueTable): string {
  const castNull = ({ name, type }: HiveColumn) =>
    `CAST(NULL AS ${toDuckDbType(type)}) AS ${quoteIdentifier(name)}`;
  return `SELECT ${[...columns, ...partition_keys].map(castNull).join(', ')} WHERE false`;
}

function buildFilesSelect(table: GlueTable, layout: Layout, root: string, paths: string[]): string {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name));
  const reading = readSerDe(table.name, table.serde);
  const values = table.columns.map((column) => buildColumnSql(column, reading));
  // A condition on the path column lets DuckDB skip files, but only if the column is named
  // `filename`. The path column therefore has this name, unless the table has another column of
  // that name.
  const file = columns.includes('"filename"') ? '$path' : 'filename';
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
    `SELECT ${[...values, ...partitions].join(', ')} FROM read_json([` +
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
