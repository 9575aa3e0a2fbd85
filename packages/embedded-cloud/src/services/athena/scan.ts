import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from './catalog.ts';
import { buildPartitionSql } from './iceberg/partition.ts';
import { STORAGE, storedName } from './iceberg/storage.ts';
import type { IcebergTable } from './iceberg/tables.ts';

/** The data that a query could read. */
export interface Scannable {
  /** The files of the external tables in the databases that the query names. */
  files: { files: number; bytes: number };
  iceberg: IcebergTable[];
}

interface PlanNode {
  name: string;
  extra_info?: Record<string, string | string[]>;
  children?: PlanNode[];
}

/**
 * Estimates how many bytes a statement scans, from DuckDB's plan. Files and partitions that the
 * WHERE clause excludes are not counted, because DuckDB and Athena skip them. Of an Iceberg table,
 * only the columns that the statement reads are counted.
 */
export async function estimateScannedBytes(
  connection: DuckDBConnection,
  sql: string,
  { files, iceberg }: Scannable,
): Promise<number> {
  const read = await connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${sql}`);
  const plan = JSON.parse(String(read.value(1, 0))) as PlanNode[];
  let bytes = 0;
  for (const node of plan.flatMap(collectScans)) {
    if (node.name.trim() === 'READ_JSON') {
      const [scanned = files.files] = readList(node, 'Scanning Files').map((one) =>
        Number(one.split('/')[0]),
      );
      bytes += files.files === 0 ? 0 : (scanned * files.bytes) / files.files;
    } else {
      const table = iceberg.find((one) => nameInPlan(one) === readList(node, 'Table')[0]);
      if (table !== undefined) bytes += await sizeScan(connection, table, node);
    }
  }
  return Math.round(bytes);
}

const nameInPlan = ({ database, name }: IcebergTable) => `${STORAGE}.${database}.${name}`;

function collectScans(node: PlanNode): PlanNode[] {
  const is_scan = ['READ_JSON', 'SEQ_SCAN'].includes(node.name.trim());
  return [...(is_scan ? [node] : []), ...(node.children ?? []).flatMap(collectScans)];
}

function readList({ extra_info = {} }: PlanNode, name: string): string[] {
  const value = extra_info[name] ?? [];
  return (Array.isArray(value) ? value : [value]).filter((one) => one !== '');
}

/** Columns whose mean size is measured on so many rows. */
const SAMPLED_ROWS = 1_000;

/** Returns the size of the columns that a scan of an Iceberg table reads. */
async function sizeScan(
  connection: DuckDBConnection,
  table: IcebergTable,
  node: PlanNode,
): Promise<number> {
  // The files do not hold the values of partition columns: these are in the manifests.
  const free = new Set(
    table.partitioning
      .filter(({ transform }) => transform === 'identity')
      .map(({ column }) => column),
  );
  const columns = table.columns
    .map(({ name }) => name)
    .filter(
      (name) =>
        !free.has(name) &&
        readList(node, 'Projections').some((one) => one === name || one.startsWith(`${name}.`)),
    );
  if (columns.length === 0) return 0;
  const sizes = columns.map(
    (name) => `coalesce(avg(strlen(CAST(${quoteIdentifier(name)} AS VARCHAR))), 0)`,
  );
  const sample = `(SELECT * FROM ${storedName(table)} LIMIT ${SAMPLED_ROWS})`;
  const where = await selectPartitions(connection, table, readList(node, 'Filters'));
  const read = await connection.runAndReadAll(
    `SELECT (SELECT ${sizes.join(' + ')} FROM ${sample}) * count(*) FROM ${storedName(table)}${where}`,
  );
  return Number(read.value(0, 0));
}

/**
 * Builds the WHERE clause that selects the rows of the partitions that a scan reads.
 *
 * @param filters the conditions in DuckDB's plan
 */
async function selectPartitions(
  connection: DuckDBConnection,
  table: IcebergTable,
  filters: string[],
): Promise<string> {
  const columns = table.partitioning.map(({ column }) => quoteIdentifier(column)).join(', ');
  if (columns === '') return '';
  const usable: string[] = [];
  for (const filter of filters.map((one) => one.replace(/^optional: /, ''))) {
    const is_usable = await connection
      .run(`SELECT 1 FROM (SELECT ${columns} FROM ${storedName(table)} LIMIT 0) WHERE (${filter})`)
      .then(() => true)
      .catch(() => false);
    if (is_usable) usable.push(`(${filter})`);
  }
  if (usable.length === 0) return '';
  const partition = buildPartitionSql(table.partitioning);
  return ` WHERE ${partition} IN (SELECT ${partition} FROM ${storedName(table)} WHERE ${usable.join(' AND ')})`;
}
