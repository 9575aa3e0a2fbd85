import { readExpression } from './expression.ts';
import { readQuery } from './query.ts';
import { type Grammar, Reader } from './reader.ts';
import type { Query } from './syntax-tree.ts';

const GRAMMAR: Grammar = { query: readQuery, expression: readExpression };

/** A query that Trino's grammar allows. */
export interface ParsedQuery {
  reader: Reader;
  query: Query;
}

/**
 * Parses a query with the grammar of Trino.
 * Source: https://trino.io/docs/current/sql/select.html and Trino's `SqlBase.g4`
 *
 * @throws {QueryFailure} SYNTAX_ERROR, with what Trino has instead of what the query uses
 */
export function parseTrino(sql: string): ParsedQuery {
  const reader = new Reader(sql, GRAMMAR);
  if (reader.isNext('FROM'))
    throw reader.refuse('SELECT. In Trino, a query starts with SELECT: use SELECT * FROM …');
  const query = readQuery(reader);
  if (reader.next !== undefined) throw reader.refuse('<EOF>');
  return { reader, query };
}
