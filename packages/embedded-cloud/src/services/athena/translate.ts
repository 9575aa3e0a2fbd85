import { quoteLiteral } from './catalog.ts';
import { DATE_FUNCTIONS } from './date-formats.ts';
import { editTables, type TableKind } from './stand-ins.ts';
import { collectNodes, type Edit, type SyntaxNode } from './syntax.ts';

/** DuckDB's name for each supported Trino function that takes a lambda. */
const LAMBDA_FUNCTIONS: Record<string, string> = {
  transform: 'list_transform',
  filter: 'list_filter',
};

/**
 * Translates the parts of Trino SQL that a macro cannot translate. A macro cannot translate date
 * formats, because a date format must be a constant in DuckDB. A macro also cannot take a lambda.
 *
 * @param query the syntax tree of `sql`, with the positions of functions and constants
 * @param kindOf returns what is behind the name of a table
 * @param current the database of tables without a database in their name
 */
export function translateSql(
  sql: string,
  query: SyntaxNode,
  kindOf: (database: string | undefined, table: string) => TableKind,
  current: string,
): string {
  const bytes = Buffer.from(sql);
  const nodes = collectNodes(query);
  const edits = nodes
    .filter((node) => node.class === 'FUNCTION')
    .flatMap((node) => [...editDateFormat(bytes, node), ...editLambdaName(bytes, node)])
    .concat(editTables(bytes, nodes, kindOf, current))
    .sort((a, b) => a.at - b.at);
  const parts: Buffer[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(bytes.subarray(at, edit.at), Buffer.from(edit.text));
    at = edit.at + edit.bytes;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]).toString('utf8');
}

function editDateFormat(sql: Buffer, node: SyntaxNode): Edit[] {
  const [, format] = (node.children ?? []) as SyntaxNode[];
  const translate = DATE_FUNCTIONS[String(node.function_name)];
  if (translate === undefined || format?.class !== 'CONSTANT') return [];
  const text = (format.value as SyntaxNode | undefined)?.value;
  if (typeof text !== 'string') return [];
  const at = Number(format.query_location);
  const written = quoteLiteral(text);
  // Only string literals in single quotes are changed. Literals such as E'…' or $$…$$ are not
  // changed.
  if (sql.toString('utf8', at, at + Buffer.byteLength(written)) !== written) return [];
  const translated = translate(text);
  return [{ at, bytes: Buffer.byteLength(written), text: quoteLiteral(translated) }];
}

function editLambdaName(sql: Buffer, node: SyntaxNode): Edit[] {
  const name = String(node.function_name);
  const duckdb = Object.hasOwn(LAMBDA_FUNCTIONS, name) ? LAMBDA_FUNCTIONS[name] : undefined;
  const at = Number(node.query_location);
  if (duckdb === undefined || sql.toString('utf8', at, at + name.length).toLowerCase() !== name)
    return [];
  return [{ at, bytes: name.length, text: duckdb }];
}
