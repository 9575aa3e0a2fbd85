import type { DuckDBConnection } from '@duckdb/node-api';
import {
  ENGINE_CATALOG,
  findColumns,
  type Glue,
  type GlueTable,
  isView,
  qualifyName,
  quoteIdentifier,
  readViewSql,
} from './catalog.ts';
import { buildTableSql } from './external-table.ts';
import { QueryFailure } from './failure.ts';
import { isIceberg } from './iceberg/tables.ts';
import { createFileLister, type LakeFiles, resolveRoot } from './lake-files.ts';
import { parseSql } from './parse.ts';
import { readLayout } from './projection.ts';
import { translateSql } from './translate.ts';
import { translateTrino } from './trino/translate.ts';

/** The tables and views of the catalog, which are defined as views in DuckDB. */
export interface Lake {
  /**
   * Redefines the view of each table whose list of files has changed, and defines the views that
   * could not be defined before.
   */
  refresh(): Promise<void>;
  /** @throws {QueryFailure} INVALID_VIEW, if the view could not be defined */
  checkView(database: string, name: string): void;
  /**
   * Returns the number of files in all tables of the databases and their total size in bytes, as of
   * the last refresh.
   */
  size(databases: Set<string>): { files: number; bytes: number };
}

/**
 * Defines the tables and views of the catalog in DuckDB. A view of a table that does not exist yet
 * is defined when the table exists.
 *
 * @throws {Error} if DuckDB cannot create a table of the catalog
 */
export async function createLake(deps: {
  glue: Glue;
  s3Dir: string;
  now: () => number;
  connection: DuckDBConnection;
}): Promise<Lake> {
  const { connection, s3Dir } = deps;
  const list = createFileLister(s3Dir);
  const external = deps.glue.tables
    .filter((table) => !isView(table) && !isIceberg(table))
    .map((table) => ({ table, layout: readLayout(table) }));
  const seen = new Map<GlueTable, LakeFiles>();

  const refreshAll = async () => {
    for (const { table, layout } of external) {
      const files = await list(layout, deps.now());
      const before = seen.get(table);
      if (before !== undefined && hasSamePaths(before.paths, files.paths)) continue;
      await connection.run(buildTableSql(table, layout, resolveRoot(s3Dir, layout), files.paths));
      seen.set(table, files);
    }
  };
  let waiting: WaitingView[] = deps.glue.tables.filter(isView).map((view) => ({ view }));
  const refreshViews = async () => {
    await refreshAll();
    waiting = await createViews(connection, waiting, deps.glue.tables);
  };
  let last = refreshViews();
  await last;

  return {
    refresh() {
      // Refreshes run one after the other, because concurrent refreshes would replace the same
      // views.
      last = last.catch(() => undefined).then(refreshViews);
      return last;
    },
    checkView(database, name) {
      const found = waiting.find(({ view }) => view.database === database && view.name === name);
      if (found !== undefined) throw createViewFailure(found);
    },
    size: (databases) =>
      [...seen]
        .filter(([{ database }]) => databases.has(database))
        .reduce(
          (sum, [, { paths, bytes }]) => ({
            files: sum.files + paths.length,
            bytes: sum.bytes + bytes,
          }),
          { files: 0, bytes: 0 },
        ),
  };
}

function hasSamePaths(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((path, i) => path === b[i]);
}

/** A view that is not defined in DuckDB, and the error of the latest attempt to define it. */
interface WaitingView {
  view: GlueTable;
  error?: unknown;
}

/**
 * Creates views. If a view reads another view or a table that does not exist yet, the attempt to
 * create it fails. The view is then tried again after the other views.
 *
 * @returns the views that could not be created
 */
async function createViews(
  connection: DuckDBConnection,
  views: WaitingView[],
  tables: GlueTable[],
): Promise<WaitingView[]> {
  let waiting = views;
  for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
    before = waiting.length;
    const remaining: WaitingView[] = [];
    for (const { view } of waiting) {
      try {
        await createView(connection, view, tables);
      } catch (error) {
        remaining.push({ view, error });
      }
    }
    waiting = remaining;
  }
  return waiting;
}

async function createView(
  connection: DuckDBConnection,
  view: GlueTable,
  tables: GlueTable[],
): Promise<void> {
  const sql = translateTrino(readViewSql(view), (database = view.database, name) =>
    findColumns(tables, database, name),
  );
  const answer = JSON.parse(await parseSql(connection, sql));
  const [statement] = answer.statements ?? [];
  if (statement === undefined) throw new Error(String(answer.error_message));
  await connection.run(`USE ${quoteIdentifier(ENGINE_CATALOG)}.${quoteIdentifier(view.database)}`);
  const translated_sql = translateSql(sql, statement.node, () => 'external', view.database);
  await connection.run(`CREATE VIEW ${qualifyName(view)} AS ${translated_sql}`);
}

function createViewFailure({ view: { database, name }, error }: WaitingView): QueryFailure {
  const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
  return new QueryFailure(
    'INVALID_VIEW',
    `Failed analyzing stored view '${ENGINE_CATALOG}.${database}.${name}': ${reason.replace(/^[\w ]+ Error: /, '')}`,
    { cause: error },
  );
}
