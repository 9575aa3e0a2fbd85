import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteLiteral } from './catalog.ts';

/** Parses a text without running it. @returns DuckDB's JSON: the syntax trees, or an error */
export async function parseSql(connection: DuckDBConnection, sql: string): Promise<string> {
  const read = await connection.runAndReadAll(`SELECT json_serialize_sql(${quoteLiteral(sql)})`);
  return String(read.value(0, 0));
}
