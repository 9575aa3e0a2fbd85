import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  DEFAULT_DATABASE,
  ENGINE_CATALOG,
  type Glue,
  quoteIdentifier,
  quoteLiteral,
} from './catalog.ts';
import { describeColumn } from './column-info.ts';
import { nameColumns } from './column-names.ts';
import type { EngineResult, QueryLimits } from './engine-result.ts';
import { escapeGlob } from './escape.ts';
import { QueryFailure, ScanLimitExceeded, translateError } from './failure.ts';
import { MAINTENANCE_LIMITS, type MaintenanceLimits } from './iceberg/maintain.ts';
import { createIcebergRunner } from './iceberg/run.ts';
import type { IcebergStatement } from './iceberg/statement.ts';
import { buildStorageSql, openTable } from './iceberg/storage.ts';
import { type IcebergTables, openIcebergTables } from './iceberg/tables.ts';
import { createLake } from './lake.ts';
import { MACROS_SQL } from './macros.ts';
import { type CheckedQuery, createSession, type Session } from './session.ts';
import { buildInformationSql } from './stand-ins.ts';
import { formatValue } from './values.ts';

export interface Engine {
  /**
   * Runs one SELECT on the files that are in the lake when the query starts.
   *
   * @throws {QueryFailure}
   * @throws {ScanLimitExceeded}
   */
  select(sql: string, database: string, limits: QueryLimits): Promise<EngineResult>;
  /**
   * Plans a SELECT without running it.
   *
   * @returns the lines of DuckDB's plan
   * @throws {QueryFailure}
   */
  explain(sql: string, database: string): Promise<string[]>;
  /**
   * Defines, writes or maintains an Iceberg table.
   *
   * @throws {QueryFailure}
   * @throws {ScanLimitExceeded}
   */
  runIceberg(
    statement: IcebergStatement,
    database: string,
    limits: QueryLimits,
  ): Promise<EngineResult>;
  close(): void;
}

export interface EngineDeps {
  glue: Glue;
  /** The Iceberg tables of the catalog. Without them, SQL can create none that outlive the engine. */
  tables?: IcebergTables;
  s3Dir: string;
  /** File with the rows of Iceberg tables. Without it, the rows are in memory. */
  storage?: string | undefined;
  now: () => number;
  maintenance?: MaintenanceLimits | undefined;
}

/**
 * Starts DuckDB. Each external table of the catalog becomes a DuckDB view of the table's files, and
 * each Iceberg table becomes a DuckDB table.
 *
 * A user's SQL cannot change settings or read files outside the lake, for two reasons. `checkQuery`
 * refuses such SQL, and DuckDB itself can only read the S3 folder.
 */
export async function createEngine(deps: EngineDeps): Promise<Engine> {
  const s3Dir = resolve(deps.s3Dir);
  const { glue, now, maintenance = MAINTENANCE_LIMITS } = deps;
  const tables = deps.tables ?? openIcebergTables(glue, undefined);
  if (deps.storage !== undefined) await mkdir(dirname(deps.storage), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const own_connection = await openConnection(instance);
  // A connection is used again, because the definition of the macros takes as long as a short query.
  const idle: DuckDBConnection[] = [];
  const databases = new Set([DEFAULT_DATABASE, ...glue.databases]);
  await own_connection.run(buildSetupSql([...databases], s3Dir, deps.storage));
  for (const table of tables.all()) await openTable(own_connection, table);
  const lake = await createLake({ ...deps, s3Dir, connection: own_connection });
  const iceberg = createIcebergRunner({ glue, tables, s3Dir, now, maintenance });

  /** Calls `work` with a new connection to a database, and interrupts it if the query is stopped. */
  const withSession = async <T>(
    database: string,
    signal: AbortSignal | undefined,
    work: (session: Session) => Promise<T>,
  ): Promise<T> => {
    if (!databases.has(database)) {
      throw new QueryFailure('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`);
    }
    const connection = idle.pop() ?? (await openConnection(instance));
    const stop = () => connection.interrupt();
    signal?.addEventListener('abort', stop);
    try {
      await lake.refresh();
      await connection.run(`USE ${quoteIdentifier(ENGINE_CATALOG)}.${quoteIdentifier(database)}`);
      const result = await work(
        createSession({ connection, database, glue, lake, iceberg: tables.all() }),
      );
      idle.push(connection);
      return result;
    } catch (error) {
      // An interrupted connection may still be in a transaction.
      connection.closeSync();
      throw translateError(error, s3Dir);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  };

  return {
    select: (sql, database, { signal, most_scanned_bytes = Number.POSITIVE_INFINITY }) =>
      withSession(database, signal, async (session) => {
        const query = await session.check(sql);
        const scanned_bytes = await session.estimate(query.sql);
        if (scanned_bytes > most_scanned_bytes) throw new ScanLimitExceeded(scanned_bytes);
        signal.throwIfAborted();
        return { ...(await readResult(session.connection, query)), scanned_bytes };
      }),
    explain: (sql, database) =>
      withSession(database, undefined, async ({ connection, check }) => {
        const read = await connection.runAndReadAll(`EXPLAIN ${(await check(sql)).sql}`);
        return String(read.value(1, 0)).split('\n');
      }),
    async runIceberg(statement, database, limits) {
      const run = iceberg.start(statement, database);
      return withSession(database, limits.signal, ({ connection, translate, estimate }) =>
        run({ connection, database, limits, translate, estimate }),
      );
    },
    close() {
      for (const connection of [...idle, own_connection]) connection.closeSync();
      instance.closeSync();
    },
  };
}

async function openConnection(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run(MACROS_SQL);
  return connection;
}

/**
 * Builds the SQL that prepares DuckDB. The SQL creates the databases, and sets the time zone and
 * Trino's integer division. It then restricts DuckDB to the S3 folder, and locks all settings.
 */
function buildSetupSql(databases: string[], s3Dir: string, storage: string | undefined): string {
  const folders = [s3Dir, escapeGlob(s3Dir)].map(quoteLiteral).join(', ');
  return [
    `ATTACH ':memory:' AS ${quoteIdentifier(ENGINE_CATALOG)}`,
    ...buildStorageSql(storage),
    ...databases.map(
      (name) => `CREATE SCHEMA ${quoteIdentifier(ENGINE_CATALOG)}.${quoteIdentifier(name)}`,
    ),
    ...buildInformationSql(),
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
