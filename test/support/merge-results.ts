import type { Query } from '../../aws/athena/query.ts';
import { listResultColumns } from '../../schemas/glue.ts';

const TIMES = new Set(['created_at', 'arrived_at', 'processed_at', 'first_created_at']);

/** Creates the table `results` of the current results, from the lines of `results_raw`. */
export async function mergeResults(query: Query): Promise<void> {
  const columns = listResultColumns().map(({ name, type }) =>
    TIMES.has(name)
      ? { name, type: 'timestamp', value: `CAST(from_iso8601_timestamp(${name}) AS timestamp)` }
      : { name, type, value: name },
  );
  const all = [
    { name: 'day', type: 'date', value: 'date(from_iso8601_timestamp(created_at))' },
    ...columns,
  ];
  const names = all.map(({ name }) => name).join(', ');
  await query(
    `CREATE TABLE IF NOT EXISTS results (${all.map(({ name, type }) => `${name} ${type}`).join(', ')})
    PARTITIONED BY (day) LOCATION 's3://lake/results/' TBLPROPERTIES ('table_type'='ICEBERG')`,
  );
  await query(
    `INSERT INTO results (${names}) SELECT ${all.map(({ value }) => value).join(', ')}
    FROM (SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY record_version DESC) AS place FROM results_raw) AS lines
    WHERE place = 1`,
  );
}
