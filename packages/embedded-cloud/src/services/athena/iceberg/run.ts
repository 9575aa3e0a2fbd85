import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteLiteral } from '../catalog.ts';
import { createTextColumn } from '../column.ts';
import type { EngineResult, QueryLimits } from '../engine-result.ts';
import { QueryFailure, ScanLimitExceeded } from '../failure.ts';
import { checkTypes } from './coerce.ts';
import { type Commits, countFiles, createCommits, type WrittenRows } from './commit.ts';
import { type DefineDeps, define } from './define.ts';
import { type Maintained, type MaintenanceLimits, optimize, vacuum } from './maintain.ts';
import { buildPartitionSql } from './partition.ts';
import type { Definition, IcebergStatement, Maintenance, Write } from './statement.ts';
import { storedName } from './storage.ts';
import type { IcebergTable } from './tables.ts';
import { type Translate, translateWrite } from './translate-write.ts';
import { buildWriteSql, DROP_SOURCE, type WriteSql } from './write-sql.ts';

/** The parts of the engine that one statement needs. */
interface StatementContext {
  connection: DuckDBConnection;
  database: string;
  limits: QueryLimits;
  translate: Translate;
  /** Estimates the bytes that a statement of DuckDB scans. */
  estimate(sql: string): Promise<number>;
}

/** Runs statements that define, write or maintain Iceberg tables. */
export interface IcebergRunner {
  /**
   * Remembers the version of the statement's table.
   *
   * @returns runs the statement; it fails if another statement has changed the table since
   * @throws {QueryFailure} TABLE_NOT_FOUND, NOT_SUPPORTED
   */
  start(
    statement: IcebergStatement,
    database: string,
  ): (context: StatementContext) => Promise<EngineResult>;
}

export function createIcebergRunner(
  deps: DefineDeps & { now: () => number; maintenance: MaintenanceLimits },
): IcebergRunner {
  const commits = createCommits();
  return {
    start(statement, database) {
      if (isDefinition(statement)) {
        return async ({ connection }) => {
          await define(connection, statement, database, deps);
          return createResult(0);
        };
      }
      const table = deps.tables.find(statement.table, database);
      const seen = commits.versionOf(table);
      if (statement.kind === 'optimize' || statement.kind === 'vacuum') {
        return (context) => maintain(statement, table, { ...deps, commits, seen, context });
      }
      return (context) => write(statement, table, { ...deps, commits, seen, context });
    },
  };
}

function isDefinition(statement: IcebergStatement): statement is Definition {
  return !['insert', 'update', 'delete', 'merge', 'optimize', 'vacuum'].includes(statement.kind);
}

interface Running {
  commits: Commits;
  seen: number;
  context: StatementContext;
  now: () => number;
}

async function write(
  statement: Write,
  table: IcebergTable,
  { commits, seen, context, now }: Running,
): Promise<EngineResult> {
  const { connection, translate, estimate, limits } = context;
  const sql = buildWriteSql(await translateWrite(statement, translate), table);
  let scanned_bytes = sql.source === undefined ? 0 : await estimate(sql.source);
  checkLimit(scanned_bytes, limits);
  try {
    if (sql.source !== undefined) await connection.run(sql.source);
    for (const values of sql.stored) await checkTypes(connection, table, values);
    scanned_bytes += await estimate(sql.statement);
    checkLimit(scanned_bytes, limits);
    const rows = await commit(statement, table, sql, { commits, seen, context, now });
    return createResult(scanned_bytes, rows);
  } finally {
    await connection.run(DROP_SOURCE);
  }
}

/** @returns the number of written rows */
async function commit(
  { kind }: Write,
  table: IcebergTable,
  { repeats, statement }: WriteSql,
  { commits, seen, context: { connection, limits }, now }: Running,
): Promise<number> {
  // Appends do not conflict: Iceberg adds their files to the newest snapshot.
  const before = kind === 'insert' ? undefined : seen;
  const options = { connection, signal: limits.signal, seen: before };
  const written = await commits.run(table, options, async () => {
    if (repeats !== undefined) await checkRepeats(connection, repeats);
    const rows = await collectRows(connection, statement);
    await countFiles(connection, table, rows, now());
    return rows;
  });
  return written.rows;
}

function checkLimit(scanned_bytes: number, { most_scanned_bytes, signal }: QueryLimits): void {
  if (scanned_bytes > (most_scanned_bytes ?? Number.POSITIVE_INFINITY)) {
    throw new ScanLimitExceeded(scanned_bytes);
  }
  signal.throwIfAborted();
}

/** Source: https://docs.aws.amazon.com/athena/latest/ug/merge-into-statement.html */
async function checkRepeats(connection: DuckDBConnection, sql: string): Promise<void> {
  const read = await connection.runAndReadAll(sql);
  if (read.currentRowCount === 0) return;
  throw new QueryFailure(
    'MERGE_TARGET_ROW_MULTIPLE_MATCHES',
    'One MERGE target table row matched more than one source row',
  );
}

async function collectRows(connection: DuckDBConnection, sql: string): Promise<WrittenRows> {
  const read = await connection.runAndReadAll(sql);
  const written: WrittenRows = { added: new Map(), removed: new Map(), rows: 0 };
  const count = (rows: Map<string, number>, partition: string) =>
    rows.set(partition, (rows.get(partition) ?? 0) + 1);
  for (const [action, partition] of read.getRows() as [string, string][]) {
    written.rows++;
    if (action !== 'DELETE') void count(written.added, partition);
    if (action !== 'INSERT') void count(written.removed, partition);
  }
  return written;
}

async function maintain(
  statement: Maintenance,
  table: IcebergTable,
  { commits, seen, context, now, maintenance }: Running & { maintenance: MaintenanceLimits },
): Promise<EngineResult> {
  const { connection, translate, limits } = context;
  const deps = { limits: maintenance, now: now() };
  const run = async (): Promise<Maintained> => {
    if (statement.kind === 'vacuum') return vacuum(connection, table, deps);
    const { where } = statement;
    const condition = where === undefined ? undefined : await translate.expression(where);
    return optimize(connection, table, condition, deps);
  };
  const options = { connection, seen, signal: limits.signal };
  const { partitions, unfinished } = await commits.run(table, options, run);
  if (unfinished !== undefined) throw unfinished;
  return createResult(await sizePartitions(context, table, partitions));
}

/** Returns the bytes of the partitions that OPTIMIZE has read. */
async function sizePartitions(
  { connection, estimate }: StatementContext,
  table: IcebergTable,
  partitions: string[],
): Promise<number> {
  const counted = await connection.runAndReadAll(
    `SELECT count(*) FILTER (list_contains([${partitions.map(quoteLiteral).join(', ')}], ${buildPartitionSql(table.partitioning)})), greatest(count(*), 1) FROM ${storedName(table)}`,
  );
  const [rows, all] = counted.getRows()[0]!.map(Number) as [number, number];
  return Math.round(((await estimate(`SELECT * FROM ${storedName(table)}`)) * rows) / all);
}

function createResult(scanned_bytes: number, update_count?: number): EngineResult {
  return {
    columns: update_count === undefined ? [] : [createTextColumn('rows', 'bigint')],
    rows: [],
    scanned_bytes,
    ...(update_count === undefined ? {} : { update_count }),
  };
}
