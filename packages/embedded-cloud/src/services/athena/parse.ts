import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteLiteral } from './catalog.ts';

/**
 * Parses SQL with DuckDB, but does not run the SQL.
 *
 * @returns JSON with the syntax trees of the statements, or with a syntax error
 */
export async function parseSql(connection: DuckDBConnection, sql: string): Promise<string> {
  const read = await connection.runAndReadAll(`SELECT json_serialize_sql(${quoteLiteral(sql)})`);
  return String(read.value(0, 0));
}
