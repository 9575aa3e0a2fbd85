import { ENGINE_CATALOG } from './catalog.ts';
import { QueryFailure } from './failure.ts';
import { INFORMATION_SCHEMA } from './stand-ins.ts';
import { collectNodes, type SyntaxNode } from './syntax.ts';

/**
 * Names of the table functions that are allowed in FROM. Other table functions are refused, because
 * many table functions of DuckDB read files or describe the machine.
 */
const TABLE_FUNCTIONS = new Set(['unnest', 'range', 'generate_series', 'json_each', 'json_tree']);
/**
 * Matches the names of functions and tables that could read files, or could describe DuckDB or the
 * machine.
 */
const INTERNAL =
  /^(duckdb_|pg_|pragma_|sqlite_|read_|parquet_|sniff_|current_setting$|getvariable$|query(_table)?$|glob$)/;

/**
 * Checks that a statement is a single SELECT. The SELECT may read only tables of the catalog, and
 * must not access files.
 *
 * @param answer the JSON that `json_serialize_sql` returned for the statement
 * @param hasTable returns whether a table is in the data catalog
 * @returns the syntax tree of the query
 * @throws {QueryFailure} SYNTAX_ERROR, NOT_SUPPORTED, TABLE_NOT_FOUND, FUNCTION_NOT_FOUND
 */
export function checkQuery(
  answer: string,
  hasTable: (database: string | undefined, table: string) => boolean,
): SyntaxNode {
  const parseSql = JSON.parse(answer) as {
    error: boolean;
    error_type?: string;
    error_message?: string;
    statements?: { node: SyntaxNode }[];
  };
  if (parseSql.error) throw createRefusal(parseSql.error_type, parseSql.error_message);
  const [statement, ...more] = parseSql.statements ?? [];
  if (statement === undefined) throw new QueryFailure('SYNTAX_ERROR', 'The query is empty');
  if (more.length > 0) throw new QueryFailure('SYNTAX_ERROR', 'Only one sql statement is allowed');
  const nodes = collectNodes(statement.node);
  const with_names = new Set(nodes.flatMap(readWithNames));
  for (const node of nodes) {
    checkFunction(node);
    checkTable(node, with_names, hasTable);
  }
  return statement.node;
}

function createRefusal(type: string | undefined, message = ''): QueryFailure {
  if (type === 'parser') return new QueryFailure('SYNTAX_ERROR', message);
  return new QueryFailure(
    'NOT_SUPPORTED',
    'The embedded Athena runs SELECT, WITH, VALUES, EXPLAIN, SHOW TABLES, SHOW DATABASES, DESCRIBE and the statements of Iceberg tables',
  );
}

/**
 * Returns the names that a WITH clause defines. `checkTable` accepts these names as tables
 * everywhere in the statement, even outside the query with the WITH clause. A WITH clause must
 * therefore not define the name of an internal table of DuckDB. Otherwise, the statement could read
 * the internal table.
 */
function readWithNames({ cte_map }: SyntaxNode): string[] {
  const entries = ((cte_map as SyntaxNode | undefined)?.map ?? []) as { key: string }[];
  return entries.map(({ key }) => {
    const name = key.toLowerCase();
    if (INTERNAL.test(name) || !/^[\p{L}\p{N}_ $-]+$/u.test(name)) {
      throw new QueryFailure(
        'NOT_SUPPORTED',
        `WITH cannot define the name ${key}: use letters, digits and underscores`,
      );
    }
    return name;
  });
}

function checkFunction(node: SyntaxNode): void {
  const is_in_from = node.type === 'TABLE_FUNCTION';
  const named = is_in_from
    ? (node.function as SyntaxNode | undefined)?.function_name
    : node.function_name;
  if (typeof named !== 'string') {
    if (is_in_from) {
      throw new QueryFailure('NOT_SUPPORTED', 'FROM accepts tables of the catalog and unnest only');
    }
    return;
  }
  const name = named.toLowerCase();
  if (INTERNAL.test(name) || (is_in_from && !TABLE_FUNCTIONS.has(name))) {
    throw new QueryFailure('FUNCTION_NOT_FOUND', `Function '${name}' not registered`);
  }
}

function checkTable(
  node: SyntaxNode,
  with_names: Set<string>,
  hasTable: (database: string | undefined, table: string) => boolean,
): void {
  if (node.type === 'SHOW_REF') {
    throw new QueryFailure(
      'NOT_SUPPORTED',
      'SHOW and DESCRIBE cannot be part of another statement',
    );
  }
  if (node.type !== 'BASE_TABLE') return;
  const catalog = String(node.catalog_name ?? '').toLowerCase();
  if (catalog !== '' && catalog !== ENGINE_CATALOG) {
    throw new QueryFailure('CATALOG_NOT_FOUND', `Catalog '${catalog}' does not exist`);
  }
  const table = String(node.table_name).toLowerCase();
  const database = String(node.schema_name ?? '').toLowerCase() || undefined;
  if (database === undefined && with_names.has(table)) return;
  if (database === 'information_schema' && INFORMATION_SCHEMA.has(table)) return;
  if (!hasTable(database, table)) {
    throw new QueryFailure(
      'TABLE_NOT_FOUND',
      `Table '${[database, table].filter((name) => name !== undefined).join('.')}' does not exist`,
    );
  }
}
