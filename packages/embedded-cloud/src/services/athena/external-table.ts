import { type GlueTable, identifier, literal, qualified } from './catalog.ts';
import { escapeRegExp, globEscape } from './escape.ts';
import { duckdbType, type HiveColumn } from './hive-types.ts';
import type { Layout } from './projection.ts';

/** The SQL that makes an external table's view over these files of its folder. */
export function externalTableSql(
  table: GlueTable,
  layout: Layout,
  root: string,
  paths: string[],
): string {
  const select = paths.length === 0 ? emptySelect(table) : filesSelect(table, layout, root, paths);
  return `CREATE OR REPLACE VIEW ${qualified(table)} AS ${select}`;
}

/** DuckDB wants at least one file to read. */
function emptySelect({ columns, partition_keys }: GlueTable): string {
  const typed = ({ name, type }: HiveColumn) =>
    `CAST(NULL AS ${duckdbType(type)}) AS ${identifier(name)}`;
  return `SELECT ${[...columns, ...partition_keys].map(typed).join(', ')} WHERE false`;
}

function filesSelect(table: GlueTable, layout: Layout, root: string, paths: string[]): string {
  const columns = table.columns.map(({ name }) => identifier(name));
  // DuckDB skips files by conditions on a column of this name only.
  const file = columns.includes('"filename"') ? '$path' : 'filename';
  const pattern = literal(`^${escapeRegExp(`${root}/`)}${layout.pattern}`);
  // DuckDB works these out per file, before it reads: a WHERE on a partition key skips the others.
  const partitions = table.partition_keys.map(({ name, type }) => {
    const group = layout.keys.indexOf(name) + 1;
    const value = `regexp_extract(${identifier(file)}, ${pattern}, ${group})`;
    return `CAST(${value} AS ${duckdbType(type)}) AS ${identifier(name)}`;
  });
  const schema = table.columns.map(
    ({ name, type }) => `${literal(name)}: ${literal(duckdbType(type))}`,
  );
  // A line that is no JSON becomes a row of nulls: not a record of anybody's.
  const blank = columns.map((column) => `${column} IS NULL`).join(' AND ');
  const select = (files: string[], compression: string) =>
    `SELECT ${[...columns, ...partitions].join(', ')} FROM read_json([` +
    `${files.map((path) => literal(globEscape(path))).join(', ')}], format = 'newline_delimited', ` +
    `compression = '${compression}', columns = {${schema.join(', ')}}, filename = ${literal(file)}, ` +
    `ignore_errors = true) WHERE NOT (${blank})`;
  // Told, not guessed: a question mark in a path hides its ending from DuckDB.
  const zipped = paths.filter((path) => path.endsWith('.gz'));
  const plain = paths.filter((path) => !path.endsWith('.gz'));
  return [
    ...(zipped.length > 0 ? [select(zipped, 'gzip')] : []),
    ...(plain.length > 0 ? [select(plain, 'uncompressed')] : []),
  ].join(' UNION ALL ');
}
