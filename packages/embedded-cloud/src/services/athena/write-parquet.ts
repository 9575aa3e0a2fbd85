import { DuckDBInstance } from '@duckdb/node-api';

/**
 * Writes the rows of a query to a Parquet file, as tests of readers need it.
 *
 * @param query is a query in DuckDB's SQL, such as `SELECT i AS id FROM range(10) t(i)`.
 * @param rows_in_group is the number of rows of each row group.
 */
export async function writeParquet(
  path: string,
  query: string,
  rows_in_group: number,
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    const target = path.replaceAll("'", "''");
    const options = `FORMAT parquet, ROW_GROUP_SIZE ${rows_in_group}`;
    await connection.run(`COPY (${query}) TO '${target}' (${options})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
