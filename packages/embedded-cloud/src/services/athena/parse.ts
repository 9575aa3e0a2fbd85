import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from './catalog.ts';

/** What the engine's parser says of a text, as JSON: its syntax trees, or why it has none. Nothing is run. */
export async function parsed(connection: DuckDBConnection, sql: string): Promise<string> {
  const read = await connection.runAndReadAll(`SELECT json_serialize_sql(${literal(sql)})`);
  return String(read.value(0, 0));
}
