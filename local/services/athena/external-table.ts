import { type GlueTable, identifier, literal, qualified } from './catalog.ts';
import { duckdbType, type HiveColumn } from './hive-types.ts';
import type { Layout } from './projection.ts';

/** Cannot be a column's name in Glue. */
const FILE = '$path';

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
  const pattern = literal(`^${escapeRegExp(`${root}/`)}${layout.pattern}`);
  // DuckDB works these out per file, before it reads: a WHERE on a partition key skips the others.
  const partitions = table.partition_keys.map(({ name, type }) => {
    const group = layout.keys.indexOf(name) + 1;
    const value = `regexp_extract(${identifier(FILE)}, ${pattern}, ${group})`;
    return `CAST(${value} AS ${duckdbType(type)}) AS ${identifier(name)}`;
  });
  const schema = table.columns.map(
    ({ name, type }) => `${literal(name)}: ${literal(duckdbType(type))}`,
  );
  const files = paths.map((path) => literal(globEscape(path)));
  // A line that is no JSON becomes a row of nulls: not a record of anybody's.
  const blank = columns.map((column) => `${column} IS NULL`).join(' AND ');
  return (
    `SELECT ${[...columns, ...partitions].join(', ')} FROM read_json([${files.join(', ')}], ` +
    `format = 'newline_delimited', columns = {${schema.join(', ')}}, filename = ${literal(FILE)}, ignore_errors = true) ` +
    `WHERE NOT (${blank})`
  );
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** DuckDB takes every path for a glob. */
export function globEscape(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}
