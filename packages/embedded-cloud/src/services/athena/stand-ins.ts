import { ENGINE_CATALOG, quoteIdentifier, quoteLiteral } from './catalog.ts';
import { idOf, META } from './iceberg/storage.ts';
import { tokenize } from './iceberg/tokens.ts';
import type { Edit, Syntax, SyntaxNode } from './syntax.ts';

/** The hidden column with the URI of the object from which a row was read. */
export const PATH_COLUMN = '$path';

/** Returns the name of the view of a table that also has the hidden columns. */
export function nameHiddenView(table: string): string {
  return `${table}$hidden`;
}

/** Schema of the views that stand in for tables of `information_schema`. */
const INFORMATION = '$information';
export const INFORMATION_SCHEMA = new Set(['tables', 'columns', 'schemata']);

/**
 * Builds the SQL that defines the stand-ins for `information_schema`. These leave out what only
 * DuckDB has.
 */
export function buildInformationSql(): string[] {
  const schema = [ENGINE_CATALOG, INFORMATION].map(quoteIdentifier).join('.');
  const createView = (table: string, catalog: string, database: string) =>
    `CREATE VIEW ${schema}.${table} AS SELECT * FROM system.information_schema.${table} ` +
    `WHERE ${catalog} = ${quoteLiteral(ENGINE_CATALOG)} AND ${database} NOT IN ('${INFORMATION}', 'main')`;
  const without_hidden = " AND table_name NOT LIKE '%$hidden'";
  return [
    `CREATE SCHEMA ${schema}`,
    createView('schemata', 'catalog_name', 'schema_name'),
    createView('tables', 'table_catalog', 'table_schema') + without_hidden,
    createView('columns', 'table_catalog', 'table_schema') + without_hidden,
  ];
}

/** The table or view behind a name. */
export type TableKind = 'external' | 'iceberg' | 'snapshots' | 'other';

/** The end of the name of the table that lists the snapshots of an Iceberg table. */
export const SNAPSHOTS = '$snapshots';

/**
 * Lets a query read the hidden columns of external tables, the snapshots of Iceberg tables, and
 * `information_schema`. `*` still selects the columns that are not hidden. A query that names no
 * hidden column does not read them.
 * Sources: https://docs.aws.amazon.com/athena/latest/ug/querying.html and
 * https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
 *
 * @param kindOf returns what is behind the name of a table
 */
export function editTables(
  sql: Buffer,
  nodes: SyntaxNode[],
  kindOf: (database: string | undefined, table: string) => TableKind,
  current: string,
): Edit[] {
  const reads_hidden = nodes.some(isHiddenColumn);
  return nodes.flatMap((node) => {
    if (node.class === 'STAR' && node.type === 'STAR')
      return reads_hidden ? editStar(sql, node) : [];
    if (node.type !== 'BASE_TABLE') return [];
    const database = String(node.schema_name ?? '').toLowerCase() || undefined;
    const table = String(node.table_name).toLowerCase();
    if (database === 'information_schema') {
      return editTable(sql, node, writeNames(INFORMATION, table));
    }
    const kind = kindOf(database, table);
    if (kind === 'snapshots') {
      return editTable(sql, node, selectSnapshots(database ?? current, table));
    }
    if (!reads_hidden || kind !== 'external') return [];
    return editTable(sql, node, writeNames(database ?? current, nameHiddenView(table)));
  });
}

function isHiddenColumn({ class: kind, column_names }: SyntaxNode): boolean {
  return kind === 'COLUMN_REF' && (column_names as Syntax[]).at(-1) === PATH_COLUMN;
}

function editStar(sql: Buffer, node: SyntaxNode): Edit[] {
  const star = sql.indexOf('*', Number(node.query_location));
  return [{ at: star + 1, bytes: 0, text: " NOT LIKE '$%'" }];
}

const writeNames = (...names: string[]) => names.map(quoteIdentifier).join('.');

function selectSnapshots(database: string, table: string): string {
  const id = idOf({ database, name: table.slice(0, -SNAPSHOTS.length) });
  return (
    '(SELECT CAST(epoch_ms(committed_at) AS TIMESTAMPTZ) AS committed_at, CAST(sequence AS BIGINT) AS snapshot_id, ' +
    `CAST(nullif(sequence - 1, 0) AS BIGINT) AS parent_id FROM ${META}.snapshots WHERE table_id = ${id})`
  );
}

/** Replaces the name of a table. The query still refers to the table by its own name. */
function editTable(sql: Buffer, node: SyntaxNode, replacement: string): Edit[] {
  const at = Number(node.query_location);
  const rest = sql.toString('utf8', at);
  const tokens = tokenize(rest);
  const last = tokens.find((_, i) => i % 2 === 0 && tokens[i + 1]?.text !== '.')!;
  const alias = node.alias === '' ? ` AS ${quoteIdentifier(String(node.table_name))}` : '';
  return [
    {
      at,
      bytes: Buffer.byteLength(rest.slice(0, last.end)),
      text: `${replacement}${alias}`,
    },
  ];
}
