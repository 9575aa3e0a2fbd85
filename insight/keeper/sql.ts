import { RAW_PREFIX } from '../../schemas/index.ts';
import { listTableColumns, type TableColumn } from './columns.ts';
import type { Merge } from './plan.ts';

/** Name of the table with the current result of each record. */
export const TABLE = 'results';
const IDENTITY = ['tenant', 'source', 'record_id'];

/**
 * Writes the statement that merges the lines of some objects into the table. A line that has no
 * revision is of a version that was not the current one. A line that has no `first_created_at`
 * withdraws a record that was never seen. Both are left out. Running the statement again changes
 * nothing, because only a higher revision replaces a row.
 */
export function writeMerge({ objects, days }: Merge, bucket: string): string {
  const columns = listTableColumns();
  const names = columns.map(({ name }) => name);
  const updates = names.filter((name) => name !== 'day' && !IDENTITY.includes(name));
  return `
    MERGE INTO ${TABLE} AS t
    USING (${writeSource(columns, { objects, days }, bucket)}) AS s
    ON t.day IN (${writeDays(days)}) AND t.day = s.day
      AND ${IDENTITY.map((name) => `t.${name} = s.${name}`).join(' AND ')}
    WHEN MATCHED AND s.revision > t.revision THEN UPDATE SET
      ${updates.map((name) => `${name} = s.${name}`).join(', ')}
    WHEN NOT MATCHED THEN INSERT (${names.join(', ')})
      VALUES (${names.map((name) => `s.${name}`).join(', ')})`;
}

/** Writes the query that reads the line with the highest revision of each record. */
function writeSource(columns: TableColumn[], { objects, days }: Merge, bucket: string): string {
  const hours = [...new Set(objects.map(({ key }) => hourOfKey(key)))].sort();
  const paths = objects.map(({ key }) => writeText(`s3://${bucket}/${key}`));
  return `
      SELECT ${columns.map(({ name }) => name).join(', ')} FROM (
        SELECT ${columns.map(({ name, value }) => `${value} AS ${name}`).join(', ')},
          row_number() OVER (PARTITION BY ${IDENTITY.join(', ')} ORDER BY revision DESC) AS place
        FROM results_raw
        WHERE hour IN (${hours.map(writeText).join(', ')})
          AND "$path" IN (${paths.join(', ')})
          AND revision IS NOT NULL
          AND substr(first_created_at, 1, 10) IN (${days.map(writeText).join(', ')})
      ) AS lines WHERE place = 1`;
}

/** Writes the statement that creates the table if it does not exist. */
export function writeCreateTable(bucket: string, snapshot_days: number): string {
  const columns = listTableColumns().map(writeColumn);
  // A file is rewritten as soon as one of its rows has been replaced. The replaced row may be the text
  // of a record that was withdrawn.
  const properties = {
    table_type: 'ICEBERG',
    format: 'parquet',
    write_compression: 'zstd',
    optimize_rewrite_delete_file_threshold: '1',
    vacuum_max_snapshot_age_seconds: String(snapshot_days * 86_400),
  };
  const list = Object.entries(properties).map(([name, value]) => `'${name}' = '${value}'`);
  return `
    CREATE TABLE IF NOT EXISTS ${TABLE} (${columns.join(', ')})
    PARTITIONED BY (day)
    LOCATION 's3://${bucket}/${TABLE}/'
    TBLPROPERTIES (${list.join(', ')})`;
}

/** Reads no row. The names of the answer's columns are those of the table. */
export const READ_COLUMNS = `SELECT * FROM ${TABLE} LIMIT 0`;

/** Writes the statement that adds the columns that the table lacks. Returns undefined if it has all. */
export function writeAddColumns(existing: string[]): string | undefined {
  const missing = listTableColumns().filter(({ name }) => !existing.includes(name));
  if (missing.length === 0) return undefined;
  return `ALTER TABLE ${TABLE} ADD COLUMNS (${missing.map(writeColumn).join(', ')})`;
}

/** Lists the days that the table has, such as `2026-11-27`. */
export const LIST_DAYS = `SELECT DISTINCT CAST(day AS varchar) AS day FROM ${TABLE} ORDER BY 1`;

/** The days among the given ones in which a record has a row that a withdrawal did not find. */
export function writeFindExpired(days: string[], since: string): string {
  return `
    SELECT DISTINCT CAST(t.day AS varchar) AS day
    FROM ${TABLE} AS t
    JOIN (${writeUnseen(listTableColumns(), since)}) AS s
      ON ${IDENTITY.map((name) => `t.${name} = s.${name}`).join(' AND ')}
    WHERE t.day IN (${writeDays(days)}) AND t.status <> 'withdrawn' AND s.revision > t.revision
    ORDER BY 1`;
}

/**
 * Writes the statement that withdraws the records of these days whose rows in the results table had
 * expired. A record keeps its day and its times of creation. Running the statement again changes nothing.
 *
 * @param since the first hour of the log that is read, such as `2026/11/27/06`.
 */
export function writeWithdrawExpired(days: string[], since: string): string {
  const columns = listTableColumns();
  const kept = new Set(['day', 'created_at', 'first_created_at', ...IDENTITY]);
  const updates = columns.filter(({ name }) => !kept.has(name));
  return `
    MERGE INTO ${TABLE} AS t
    USING (${writeUnseen(columns, since)}) AS s
    ON t.day IN (${writeDays(days)})
      AND ${IDENTITY.map((name) => `t.${name} = s.${name}`).join(' AND ')}
    WHEN MATCHED AND s.revision > t.revision AND t.status <> 'withdrawn' THEN UPDATE SET
      ${updates.map(({ name }) => `${name} = s.${name}`).join(', ')}`;
}

/** Writes the query that reads the last withdrawal of each record that had no row. */
function writeUnseen(columns: TableColumn[], since: string): string {
  const read = columns.filter(({ name }) => name !== 'day');
  return `
      SELECT ${read.map(({ name }) => name).join(', ')} FROM (
        SELECT ${read.map(({ name, value }) => `${value} AS ${name}`).join(', ')},
          row_number() OVER (PARTITION BY ${IDENTITY.join(', ')} ORDER BY revision DESC) AS place
        FROM results_raw
        WHERE hour >= ${writeText(since)} AND status = 'withdrawn'
          AND revision IS NOT NULL AND first_created_at IS NULL
      ) AS lines WHERE place = 1`;
}

/** Writes the statement that joins small files, and removes replaced rows from the files of some days. */
export function writeOptimize(days: string[]): string {
  return `OPTIMIZE ${TABLE} REWRITE DATA USING BIN_PACK WHERE day IN (${writeDays(days)})`;
}

/** Removes old snapshots, and the files that only they need. */
export const VACUUM = `VACUUM ${TABLE}`;

/**
 * Writes the query that finds lines of withdrawn records that still have a text. A line with a higher
 * revision than the withdrawal is of a record that was published again.
 */
export function writeFindStale(day: string, limit: number): string {
  const folder = day.replaceAll('-', '/');
  const having = ['text', 'author', 'url', 'attributes'].map((name) => `r.${name} IS NOT NULL`);
  return `
    SELECT r."$path" AS path, r.tenant AS tenant, r.source AS source, r.record_id AS record_id,
      max(t.revision) AS revision
    FROM results_raw AS r
    JOIN ${TABLE} AS t ON ${IDENTITY.map((name) => `t.${name} = r.${name}`).join(' AND ')}
    WHERE r.hour BETWEEN '${folder}/00' AND '${folder}/23'
      AND t.status = 'withdrawn'
      AND (r.revision IS NULL OR r.revision < t.revision)
      AND (${having.join(' OR ')})
    GROUP BY r."$path", r.tenant, r.source, r.record_id
    ORDER BY 1
    LIMIT ${limit}`;
}

/** Returns the hour of a raw object's partition. Returns '' if the key is of another form. */
export function hourOfKey(key: string): string {
  return HOUR_OF_KEY.exec(key)?.[1] ?? '';
}
const HOUR_OF_KEY = new RegExp(`^${RAW_PREFIX}(\\d{4}/\\d{2}/\\d{2}/\\d{2})/[^/]+$`);

/** Names of columns stand in backticks in definitions. Apostrophes in comments are doubled. */
function writeColumn({ name, type, comment }: TableColumn): string {
  const column = `\`${name}\` ${type}`;
  return comment === undefined ? column : `${column} COMMENT ${writeText(comment)}`;
}

export const writeDays = (days: string[]) => days.map((day) => `DATE '${day}'`).join(', ');
const writeText = (text: string) => `'${text.replaceAll("'", "''")}'`;
