import { QueryFailure } from './failure.ts';

/** A statement as the engine's parser sees it: `json_serialize_sql`'s answer. */
export type Syntax = null | boolean | number | string | Syntax[] | { [name: string]: Syntax };
type SyntaxNode = { [name: string]: Syntax };

/** The functions that may stand in a FROM; the engine's others read files or tell of the machine. */
const TABLE_FUNCTIONS = new Set(['unnest', 'range', 'generate_series', 'json_each', 'json_tree']);
/** Functions and tables that tell of the engine and the machine below it. */
const INTERNAL =
  /^(duckdb_|pg_|pragma_|sqlite_|read_|parquet_|sniff_|current_setting$|getvariable$|query(_table)?$|glob$)/;
const INFORMATION_SCHEMA = new Set(['tables', 'columns', 'schemata']);

/**
 * Reads the parser's answer for a statement that may run: one SELECT over known tables, without a way to a file.
 * @param knows whether a table is in the data catalog
 * @returns the query's syntax tree
 * @throws {QueryFailure} SYNTAX_ERROR, NOT_SUPPORTED, TABLE_NOT_FOUND, FUNCTION_NOT_FOUND
 */
export function guarded(
  answer: string,
  knows: (database: string | undefined, table: string) => boolean,
): SyntaxNode {
  const parsed = JSON.parse(answer) as {
    error: boolean;
    error_type?: string;
    error_message?: string;
    statements?: { node: SyntaxNode }[];
  };
  if (parsed.error) throw refusal(parsed.error_type, parsed.error_message);
  const [statement, ...more] = parsed.statements ?? [];
  if (statement === undefined) throw new QueryFailure('SYNTAX_ERROR', 'The query is empty');
  if (more.length > 0) throw new QueryFailure('SYNTAX_ERROR', 'Only one sql statement is allowed');
  const nodes = nodesOf(statement.node);
  const own = new Set(nodes.flatMap(expressionNames));
  for (const node of nodes) {
    checkFunction(node);
    checkTable(node, own, knows);
  }
  return statement.node;
}

function refusal(type: string | undefined, message = ''): QueryFailure {
  if (type === 'parser') return new QueryFailure('SYNTAX_ERROR', message);
  return new QueryFailure(
    'NOT_SUPPORTED',
    'The lake is read only here: SELECT, WITH, VALUES, EXPLAIN, SHOW TABLES, SHOW DATABASES and DESCRIBE run',
  );
}

function nodesOf(syntax: Syntax | undefined): SyntaxNode[] {
  if (typeof syntax !== 'object' || syntax === null) return [];
  if (Array.isArray(syntax)) return syntax.flatMap(nodesOf);
  return [syntax, ...Object.values(syntax).flatMap(nodesOf)];
}

/**
 * The names that a WITH gives. They are taken for known everywhere, though they hold in their query only: so they
 * must not be names of anything else.
 */
function expressionNames({ cte_map }: SyntaxNode): string[] {
  const entries = ((cte_map as SyntaxNode | undefined)?.map ?? []) as { key: string }[];
  return entries.map(({ key }) => {
    const name = key.toLowerCase();
    if (INTERNAL.test(name) || !/^[\p{L}\p{N}_ $-]+$/u.test(name)) {
      throw new QueryFailure('NOT_SUPPORTED', `A WITH query cannot be called ${key}`);
    }
    return name;
  });
}

function checkFunction(node: SyntaxNode): void {
  const in_from = node.type === 'TABLE_FUNCTION';
  const named = in_from
    ? (node.function as SyntaxNode | undefined)?.function_name
    : node.function_name;
  if (typeof named !== 'string') {
    if (in_from) throw new QueryFailure('NOT_SUPPORTED', 'The query reads from what is no table');
    return;
  }
  const name = named.toLowerCase();
  if (INTERNAL.test(name) || (in_from && !TABLE_FUNCTIONS.has(name))) {
    throw new QueryFailure('FUNCTION_NOT_FOUND', `Function '${name}' not registered`);
  }
}

function checkTable(
  node: SyntaxNode,
  own: Set<string>,
  knows: (database: string | undefined, table: string) => boolean,
): void {
  if (node.type === 'SHOW_REF') {
    throw new QueryFailure('NOT_SUPPORTED', 'SHOW and DESCRIBE stand alone');
  }
  if (node.type !== 'BASE_TABLE') return;
  const table = String(node.table_name).toLowerCase();
  const database = String(node.schema_name ?? '').toLowerCase() || undefined;
  if (database === undefined && own.has(table)) return;
  if (database === 'information_schema' && INFORMATION_SCHEMA.has(table)) return;
  if (!knows(database, table)) {
    throw new QueryFailure(
      'TABLE_NOT_FOUND',
      `Table '${[database, table].filter((name) => name !== undefined).join('.')}' does not exist`,
    );
  }
}
