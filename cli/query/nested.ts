import type { QueryAnswer } from '../../aws/athena/answer.ts';
import type { Query, QueryOptions } from '../../aws/athena/query.ts';

const NESTED = new Set(['row', 'map', 'array']);

/**
 * Runs a query whose rows, maps and arrays become objects and arrays. Athena returns them as text
 * such as `{a=1, b=2}`, which is ambiguous. Therefore the query runs within another one, which turns
 * them into JSON. The types of the columns come from the query without its rows, which scans nothing.
 */
export async function queryObjects(
  query: Query,
  sql: string,
  options: QueryOptions,
): Promise<Omit<QueryAnswer, 'rows'> & { rows: Record<string, unknown>[] }> {
  const typed = /^\s*(?:select|with|values|table|\()/i.test(sql)
    ? await query(`SELECT * FROM (${sql}\n) LIMIT 0`, options)
    : undefined;
  if (typed === undefined || !typed.types.some((type) => NESTED.has(type))) {
    return query(sql, options);
  }
  const { columns, types } = typed;
  const answer = await query(wrap(sql, columns, types), options);
  const nested = columns.filter((_, i) => NESTED.has(types[i] ?? ''));
  return { ...answer, types, rows: answer.rows.map((row) => parseValues(row, nested)) };
}

function parseValues(row: Record<string, unknown>, nested: string[]): Record<string, unknown> {
  const parsed = nested.map((name) => {
    const value = row[name];
    return [name, typeof value === 'string' ? (JSON.parse(value) as unknown) : value];
  });
  return { ...row, ...Object.fromEntries(parsed) };
}

function wrap(sql: string, columns: string[], types: string[]): string {
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const list = columns.map((name, i) => {
    const value = `q.c${i}`;
    const json = NESTED.has(types[i] ?? '') ? `json_format(CAST(${value} AS JSON))` : value;
    return `${json} AS ${quote(name)}`;
  });
  const names = columns.map((_, i) => `c${i}`);
  return `SELECT ${list.join(', ')} FROM (${keepOrder(sql)}\n) AS q (${names.join(', ')})`;
}

/** More rows than a query returns. */
const NO_LIMIT = 2_147_483_647;

/** Trino drops the order of an inner query without a limit. */
function keepOrder(sql: string): string {
  const outer = removeInner(sql);
  const is_ordered = /\border\s+by\b/i.test(outer);
  return is_ordered && !/\b(?:limit|fetch)\b/i.test(outer) ? `${sql}\nLIMIT ${NO_LIMIT}` : sql;
}

/** Removes comments, strings, quoted names, and everything in brackets. */
function removeInner(sql: string): string {
  let text = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g, ' ');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\([^()]*\)/g, ' ');
  }
  return text;
}
