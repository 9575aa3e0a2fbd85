import type { DuckDBConnection } from '@duckdb/node-api';
import {
  ENGINE_CATALOG,
  type Glue,
  type GlueTable,
  isView,
  qualifyName,
  quoteIdentifier,
  readViewSql,
} from './catalog.ts';
import { buildTableSql } from './external-table.ts';
import { createFileLister, type LakeFiles, resolveRoot } from './lake-files.ts';
import { parseSql } from './parse.ts';
import { readLayout } from './projection.ts';
import { translateSql } from './translate.ts';

/** The tables and views of the catalog, which are defined as views in DuckDB. */
export interface Lake {
  /** Redefines the view of each table whose list of files has changed. */
  refresh(): Promise<void>;
  /**
   * Returns the number of files in all tables of the databases and their total size in bytes, as of
   * the last refresh.
   */
  size(databases: Set<string>): { files: number; bytes: number };
}

/**
 * Defines the tables and views of the catalog in DuckDB.
 *
 * @throws {Error} if DuckDB cannot create a table or view of the catalog
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
    .filter((table) => !isView(table))
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
  let last = refreshAll();
  await last;
  await createViews(connection, deps.glue.tables.filter(isView));

  return {
    refresh() {
      // Refreshes run one after the other, because concurrent refreshes would replace the same
      // views.
      last = last.catch(() => undefined).then(refreshAll);
      return last;
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

/**
 * Creates the views of the catalog. If a view reads another view that does not exist yet, the
 * attempt to create it fails. The view is then tried again after the other views.
 */
async function createViews(connection: DuckDBConnection, views: GlueTable[]): Promise<void> {
  let waiting = views;
  let last_error: unknown;
  while (waiting.length > 0) {
    const remaining: GlueTable[] = [];
    for (const view of waiting) {
      try {
        await connection.run(
          `USE ${quoteIdentifier(ENGINE_CATALOG)}.${quoteIdentifier(view.database)}`,
        );
        const sql = readViewSql(view);
        const translated_sql = translateSql(sql, JSON.parse(await parseSql(connection, sql)));
        await connection.run(`CREATE VIEW ${qualifyName(view)} AS ${translated_sql}`);
      } catch (error) {
        last_error = error;
        remaining.push(view);
      }
    }
    if (remaining.length === waiting.length) {
      const names = remaining.map(({ name }) => name).join(', ');
      throw new Error(`DuckDB cannot create the views ${names} of the catalog: check their SQL`, {
        cause: last_error,
      });
    }
    waiting = remaining;
  }
}
