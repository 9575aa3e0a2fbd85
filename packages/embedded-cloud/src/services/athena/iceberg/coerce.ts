import type { DuckDBConnection } from '@duckdb/node-api';
import { QueryFailure } from '../failure.ts';
import { toDuckDbType } from '../hive-types.ts';
import type { IcebergTable } from './tables.ts';
import type { StoredValues } from './write-sql.ts';

const NUMBERS = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'];
/** DuckDB's types of integers and times that are one type in Trino. */
const SAME: Record<string, string> = {
  HUGEINT: 'BIGINT',
  UBIGINT: 'BIGINT',
  UINTEGER: 'BIGINT',
  TIMESTAMP_MS: 'TIMESTAMP',
  TIMESTAMP_S: 'TIMESTAMP',
  TIMESTAMP_NS: 'TIMESTAMP',
};

/**
 * Checks that Trino would store values in columns without a cast. DuckDB casts where Trino refuses.
 *
 * @throws {QueryFailure} TYPE_MISMATCH
 */
export async function checkTypes(
  connection: DuckDBConnection,
  table: IcebergTable,
  { from, values, is_source }: StoredValues,
): Promise<void> {
  const written = values.filter(({ value }) => !/^[\s(]*null[\s)]*$/i.test(value));
  if (written.length === 0) return;
  const list = written.map(({ value }, i) => `${value} AS c${i}`).join(', ');
  const described = await connection.runAndReadAll(`DESCRIBE SELECT ${list} ${from}`);
  for (const [i, { column, value }] of written.entries()) {
    const given = String(described.value(1, i));
    // In DuckDB, a column of nulls is a column of integers.
    if (is_source && given === 'INTEGER' && (await isNull(connection, value, from))) continue;
    checkType(table, column, given);
  }
}

async function isNull(connection: DuckDBConnection, value: string, from: string) {
  const read = await connection.runAndReadAll(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM (SELECT ${value} AS v ${from}) WHERE v IS NOT NULL)`,
  );
  return read.currentRowCount === 0;
}

/** @throws {QueryFailure} COLUMN_NOT_FOUND, TYPE_MISMATCH */
function checkType(table: IcebergTable, column: string, given: string): void {
  const found = table.columns.find(({ name }) => name === column);
  if (found === undefined) {
    throw new QueryFailure('COLUMN_NOT_FOUND', `Column '${column}' does not exist`);
  }
  const wanted = toDuckDbType(found.type);
  if (isStorable(normalize(given), normalize(wanted))) return;
  throw new QueryFailure(
    'TYPE_MISMATCH',
    `Column ${column} has the type ${found.type}, the expression has the type ` +
      `${given.toLowerCase()}: use CAST(… AS ${found.type === 'string' ? 'varchar' : found.type})`,
  );
}

function normalize(type: string): string {
  const plain = type.replaceAll('"', '').replaceAll(' ', '').toUpperCase();
  return SAME[plain] ?? plain.replace('TIMESTAMPWITHTIMEZONE', 'TIMESTAMPTZ');
}

function isStorable(given: string, wanted: string): boolean {
  if (given === wanted || given === 'NULL') return true;
  const [from, to] = [given, wanted].map((type) => NUMBERS.indexOf(type)) as [number, number];
  if (from >= 0 && to >= 0) return from <= to;
  const is_number = from >= 0 || given.startsWith('DECIMAL');
  if (is_number && (wanted.startsWith('DECIMAL') || wanted === 'FLOAT')) return true;
  if (wanted === 'DOUBLE') return is_number || given === 'FLOAT';
  return given === 'DATE' && wanted === 'TIMESTAMP';
}
