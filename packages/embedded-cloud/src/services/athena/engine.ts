import { resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { DEFAULT_DATABASE, ENGINE_CATALOG, type Glue, identifier, literal } from './catalog.ts';
import type { ColumnInfo } from './column.ts';
import { columnInfo } from './column-info.ts';
import { columnNames } from './column-names.ts';
import { globEscape } from './escape.ts';
import { failureOf, QueryFailure } from './failure.ts';
import { guarded } from './guard.ts';
import { createLake, type Lake } from './lake.ts';
import { MACROS_SQL } from './macros.ts';
import { parsed } from './parse.ts';
import { translated } from './translate.ts';
import { valueText } from './values.ts';

/** A query's answer, as text. */
export interface EngineAnswer {
  columns: ColumnInfo[];
  /** undefined: null */
  rows: (string | undefined)[][];
  /** Estimated where a query reads some of the partitions: their number, times the mean size of a file. */
  scanned_bytes: number;
}

/** A query that may run, in the engine's words, and its syntax tree. */
interface Checked {
  sql: string;
  syntax: ReturnType<typeof guarded>;
}

export interface Engine {
  /** Runs one SELECT over the lake as it is now. @throws {QueryFailure} */
  select(sql: string, database: string, signal: AbortSignal): Promise<EngineAnswer>;
  /** The engine's plan for a SELECT, a line each. @throws {QueryFailure} */
  explain(sql: string, database: string): Promise<string[]>;
  close(): void;
}

/**
 * DuckDB in memory, with a view over the lake's files for each external table of the catalog.
 * User SQL reaches no file and no setting: `guarded` reads its syntax tree first, and DuckDB itself is locked to the
 * S3 folder.
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
  const own = await instance.connect();
  const databases = new Set([DEFAULT_DATABASE, ...deps.glue.databases]);
  await own.run(setup([...databases], s3Dir));
  await own.run(MACROS_SQL);
  const lake = await createLake({ ...deps, s3Dir, connection: own });
  const knows = (database: string, table: string) =>
    deps.glue.tables.some((each) => each.database === database && each.name === table);

  /** Opens a connection in a database, checks the query, and works with both. */
  const withQuery = async <T>(
    sql: string,
    database: string,
    work: (connection: DuckDBConnection, query: Checked) => Promise<T>,
  ): Promise<T> => {
    if (!databases.has(database)) {
      throw new QueryFailure('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`);
    }
    const connection = await instance.connect();
    try {
      await lake.refresh();
      await connection.run(MACROS_SQL);
      await connection.run(`USE ${identifier(ENGINE_CATALOG)}.${identifier(database)}`);
      const syntax = guarded(await parsed(connection, sql), (named, table) =>
        knows(named ?? database, table),
      );
      return await work(connection, { sql: translated(sql, syntax), syntax });
    } catch (error) {
      throw failureOf(error, s3Dir);
    } finally {
      connection.closeSync();
    }
  };

  return {
    select: (sql, database, signal) =>
      withQuery(sql, database, async (connection, query) => {
        const scanned_bytes = await scannedBytes(connection, query.sql, lake);
        signal.throwIfAborted();
        const stop = () => connection.interrupt();
        signal.addEventListener('abort', stop);
        try {
          return { ...(await answer(connection, query)), scanned_bytes };
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
      own.closeSync();
      instance.closeSync();
    },
  };
}

/** Trino's habits, and no way out: after this, nothing but the S3 folder can be read and no setting changed. */
function setup(databases: string[], s3Dir: string): string {
  const folders = [s3Dir, globEscape(s3Dir)].map(literal).join(', ');
  return [
    `ATTACH ':memory:' AS ${identifier(ENGINE_CATALOG)}`,
    ...databases.map((name) => `CREATE SCHEMA ${identifier(ENGINE_CATALOG)}.${identifier(name)}`),
    `SET GLOBAL TimeZone = 'UTC'`,
    // 5 / 2 is 2 in Trino.
    'SET GLOBAL integer_division = true',
    `SET GLOBAL allowed_directories = [${folders}]`,
    'SET GLOBAL enable_external_access = false',
    'SET GLOBAL lock_configuration = true',
  ].join('; ');
}

async function answer(
  connection: DuckDBConnection,
  { sql, syntax }: Checked,
): Promise<Omit<EngineAnswer, 'scanned_bytes'>> {
  const read = await connection.runAndReadAll(sql);
  const types = read.columnTypes();
  const names = columnNames(syntax, read.columnNames());
  return {
    columns: names.map((name, i) => columnInfo(name, types[i]!)),
    rows: read.getRows().map((row) => row.map((value, i) => valueText(value, types[i]!))),
  };
}

interface PlanNode {
  name: string;
  extra_info?: Record<string, string>;
  children?: PlanNode[];
}

/** Partitions that a WHERE excludes are not read: the plan says how many files are. */
async function scannedBytes(
  connection: DuckDBConnection,
  sql: string,
  lake: Lake,
): Promise<number> {
  const read = await connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${sql}`);
  const { files, bytes } = lake.size();
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
