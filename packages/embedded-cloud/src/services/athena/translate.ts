import { literal } from './catalog.ts';
import type { Syntax } from './guard.ts';

type SyntaxNode = { [name: string]: Syntax };

/** Another text for some bytes of a query. */
interface Edit {
  at: number;
  bytes: number;
  text: string;
}

/** Trino's date formats are MySQL's: the letters that DuckDB spells otherwise. */
const DATE_LETTERS: Record<string, string> = {
  M: '%B',
  i: '%M',
  s: '%S',
  h: '%I',
  W: '%A',
  c: '%-m',
  e: '%-d',
  k: '%-H',
  l: '%-I',
  T: '%H:%M:%S',
  r: '%I:%M:%S %p',
};
const DATE_FUNCTIONS = new Set(['date_format', 'date_parse']);

/** Functions that take a lambda, under DuckDB's names. */
const LAMBDA_FUNCTIONS: Record<string, string> = {
  transform: 'list_transform',
  filter: 'list_filter',
};

/**
 * Trino SQL as DuckDB runs it: what no macro can do. Date formats must be constants there, and lambdas cannot pass
 * through a macro.
 * @param query the syntax tree of this very text: it tells where things stand
 */
export function translated(sql: string, query: Syntax): string {
  const bytes = Buffer.from(sql);
  const edits = functionsOf(query)
    .flatMap((node) => [...dateFormat(bytes, node), ...lambdaName(bytes, node)])
    .sort((a, b) => a.at - b.at);
  const parts: Buffer[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(bytes.subarray(at, edit.at), Buffer.from(edit.text));
    at = edit.at + edit.bytes;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]).toString('utf8');
}

function functionsOf(syntax: Syntax | undefined): SyntaxNode[] {
  if (typeof syntax !== 'object' || syntax === null) return [];
  if (Array.isArray(syntax)) return syntax.flatMap(functionsOf);
  const inner = Object.values(syntax).flatMap(functionsOf);
  return syntax.class === 'FUNCTION' ? [syntax, ...inner] : inner;
}

function dateFormat(sql: Buffer, node: SyntaxNode): Edit[] {
  const [, format] = (node.children ?? []) as SyntaxNode[];
  if (!DATE_FUNCTIONS.has(String(node.function_name)) || format?.class !== 'CONSTANT') return [];
  const text = (format.value as SyntaxNode | undefined)?.value;
  if (typeof text !== 'string') return [];
  const at = Number(format.query_location);
  const written = literal(text);
  // A text in another spelling stays as it is: E'…', $$…$$.
  if (sql.toString('utf8', at, at + Buffer.byteLength(written)) !== written) return [];
  const spelled = text.replace(/%(.)/gs, (all, letter: string) => DATE_LETTERS[letter] ?? all);
  return [{ at, bytes: Buffer.byteLength(written), text: literal(spelled) }];
}

function lambdaName(sql: Buffer, node: SyntaxNode): Edit[] {
  const name = String(node.function_name);
  const duckdb = Object.hasOwn(LAMBDA_FUNCTIONS, name) ? LAMBDA_FUNCTIONS[name] : undefined;
  const at = Number(node.query_location);
  if (duckdb === undefined || sql.toString('utf8', at, at + name.length).toLowerCase() !== name)
    return [];
  return [{ at, bytes: name.length, text: duckdb }];
}
