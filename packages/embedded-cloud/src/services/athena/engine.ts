import { resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  DEFAULT_DATABASE,
  ENGINE_CATALOG,
  type Glue,
  quoteIdentifier,
  quoteLiteral,
} from './catalog.ts';
import type { ColumnInfo } from './column.ts';
import { describeColumn } from './column-info.ts';
import { nameColumns } from './column-names.ts';
import { escapeGlob } from './escape.ts';
import { QueryFailure, ScanLimitExceeded, translateError } from './failure.ts';
import { checkQuery } from './guard.ts';
import { createLake, type Lake } from './lake.ts';
import { MACROS_SQL } from './macros.ts';
import { parseSql } from './parse.ts';
import { translateSql } from './translate.ts';
import { formatValue } from './values.ts';

/** The result of a query, with all values formatted as strings. */
export interface EngineResult {
  columns: ColumnInfo[];
  /** Rows of the result. A null value is represented by undefined. */
  rows: (string | undefined)[][];
  /**
   * Estimated number of scanned bytes. The estimate is the number of files that the query reads,
   * multiplied by the mean size of all files in the lake.
   */
  scanned_bytes: number;
}

/** A query that `checkQuery` accepted, with its SQL for DuckDB and its syntax tree. */
interface CheckedQuery {
  sql: string;
  syntax: ReturnType<typeof checkQuery>;
  /** Databases of the tables that the query names. */
  databases: Set<string>;
}

/** What ends a query before its result is known. */
interface SelectLimits {
  signal: AbortSignal;
  /** Largest number of bytes that the query may scan. */
  most_scanned_bytes?: number | undefined;
}

export interface Engine {
  /**
   * Runs one SELECT on the files that are in the lake when the query starts.
   *
   * @throws {QueryFailure}
   * @throws {ScanLimitExceeded}
   */
  select(sql: string, database: string, limits: SelectLimits): Promise<EngineResult>;
  /**
   * Plans a SELECT without running it.
   *
   * @returns the lines of DuckDB's plan
   * @throws {QueryFailure}
   */
  explain(sql: string, database: string): Promise<string[]>;
  close(): void;
}

/**
 * Starts DuckDB in memory. Each external table of the catalog becomes a DuckDB view of the table's
 * files.
 *
 * A user's SQL cannot change settings or read files outside the lake, for two reasons. `checkQuery`
 * refuses such SQL, and DuckDB itself can only read the S3 folder.
 */
export async function createEngine(deps: {
  glue: Glue;
  s3Dir: string;
  now: () => number;
}): Promise<Engine> {
  const s3Dir = resolve(deps.s3Dir);
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const own_connection = await instance.connect();
  const databases = new Set([DEFAULT_DATABASE, ...deps.glue.databases]);
  await own_connection.run(buildSetupSql([...databases], s3Dir));
  await own_connection.run(MACROS_SQL);
  const lake = await createLake({ ...deps, s3Dir, connection: own_connection });
  const hasTable = (database: string, table: string) =>
    deps.glue.tables.some((each) => each.database === database && each.name === table);

  /** Checks a query, and calls `work` with the query and a new connection to the database. */
  const withQuery = async <T>(
    sql: string,
    database: string,
    work: (connection: DuckDBConnection, query: CheckedQuery) => Promise<T>,
  ): Promise<T> => {
    if (!databases.has(database)) {
      throw new QueryFailure('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`);
    }
    const connection = await instance.connect();
    try {
      await lake.refresh();
      await connection.run(MACROS_SQL);
      await connection.run(`USE ${quoteIdentifier(ENGINE_CATALOG)}.${quoteIdentifier(database)}`);
      const used = new Set<string>();
      const syntax = checkQuery(await parseSql(connection, sql), (named = database, table) => {
        used.add(named);
        return hasTable(named, table);
      });
      return await work(connection, { sql: translateSql(sql, syntax), syntax, databases: used });
    } catch (error) {
      throw translateError(error, s3Dir);
    } finally {
      connection.closeSync();
    }
  };

  return {
    select: (sql, database, { signal, most_scanned_bytes = Number.POSITIVE_INFINITY }) =>
      withQuery(sql, database, async (connection, query) => {
        const scanned_bytes = await estimateScannedBytes(connection, query, lake);
        if (scanned_bytes > most_scanned_bytes) throw new ScanLimitExceeded(scanned_bytes);
        signal.throwIfAborted();
        const stop = () => connection.interrupt();
        signal.addEventListener('abort', stop);
        try {
          return { ...(await readResult(connection, query)), scanned_bytes };
        } finally {
          signal.removeEventListener('abort', stop);
        }
      }),
    explain: (sql, database) =>
      withQuery(sql, database, async (connection, query) => {
        const read = await connection.runAndReadAll(`EXPLAIN ${query.sql}`);
        return String(read.value(1, 0)).split('\n');
      }),
    close() {
      own_connection.closeSync();
      instance.closeSync();
    },
  };
}

/**
 * Builds the SQL that prepares DuckDB. The SQL creates the databases, and sets the time zone and
 * Trino's integer division. It then restricts DuckDB to the S3 folder, and locks all settings.
 */
function buildSetupSql(databases: string[], s3Dir: string): string {
  const folders = [s3Dir, escapeGlob(s3Dir)].map(quoteLiteral).join(', ');
  return [
    `ATTACH ':memory:' AS ${quoteIdentifier(ENGINE_CATALOG)}`,
    ...databases.map(
      (name) => `CREATE SCHEMA ${quoteIdentifier(ENGINE_CATALOG)}.${quoteIdentifier(name)}`,
    ),
    `SET GLOBAL TimeZone = 'UTC'`,
    // In Trino, 5 / 2 is 2. By default, 5 / 2 is 2.5 in DuckDB.
    'SET GLOBAL integer_division = true',
    `SET GLOBAL allowed_directories = [${folders}]`,
    'SET GLOBAL enable_external_access = false',
    'SET GLOBAL lock_configuration = true',
  ].join('; ');
}

async function readResult(
  connection: DuckDBConnection,
  { sql, syntax }: CheckedQuery,
): Promise<Omit<EngineResult, 'scanned_bytes'>> {
  const read = await connection.runAndReadAll(sql);
  const types = read.columnTypes();
  const names = nameColumns(syntax, read.columnNames());
  return {
    columns: names.map((name, i) => describeColumn(name, types[i]!)),
    rows: read.getRows().map((row) => row.map((value, i) => formatValue(value, types[i]!))),
  };
}

interface PlanNode {
  name: string;
  extra_info?: Record<string, string>;
  children?: PlanNode[];
}

/**
 * Estimates how many bytes a query scans. The estimate is based on the number of files in DuckDB's
 * plan. The plan does not count files in partitions that the WHERE clause excludes, because DuckDB
 * skips these files.
 */
async function estimateScannedBytes(
  connection: DuckDBConnection,
  { sql, databases }: CheckedQuery,
  lake: Lake,
): Promise<number> {
  const read = await connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${sql}`);
  const { files, bytes } = lake.size(databases);
  if (files === 0) return 0;
  const scans = (node: PlanNode): number[] => [
    ...(node.name.trim() === 'READ_JSON'
      ? [Number(node.extra_info?.['Scanning Files']?.split('/')[0] ?? files)]
      : []),
    ...(node.children ?? []).flatMap(scans),
  ];
  const plan = JSON.parse(String(read.value(1, 0))) as PlanNode[];
  const read_files = plan.flatMap(scans).reduce((sum, count) => sum + count, 0);
  return Math.round((read_files * bytes) / files);
}
