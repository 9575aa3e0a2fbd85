import type { DuckDBConnection } from '@duckdb/node-api';
import {
  ENGINE_CATALOG,
  type Glue,
  type GlueTable,
  identifier,
  isView,
  qualified,
  viewSql,
} from './catalog.ts';
import { externalTableSql } from './external-table.ts';
import { createListLakeFiles, type LakeFiles, rootOf } from './lake-files.ts';
import { parsed } from './parse.ts';
import { layoutOf } from './projection.ts';
import { translated } from './translate.ts';

/** The catalog's tables and views, as views of the engine's. */
export interface Lake {
  /** Makes the tables see the files that are there now. */
  refresh(): Promise<void>;
  /** Of all tables' files, as of the last refresh. */
  size(): { files: number; bytes: number };
}

/** @throws {Error} where the catalog holds a table or view that the engine cannot make */
export async function createLake(deps: {
  glue: Glue;
  s3Dir: string;
  now: () => number;
  connection: DuckDBConnection;
}): Promise<Lake> {
  const { connection, s3Dir } = deps;
  const list = createListLakeFiles(s3Dir);
  const external = deps.glue.tables
    .filter((table) => !isView(table))
    .map((table) => ({ table, layout: layoutOf(table) }));
  const seen = new Map<GlueTable, LakeFiles>();

  const refreshAll = async () => {
    for (const { table, layout } of external) {
      const files = await list(layout, deps.now());
      const before = seen.get(table);
      if (before !== undefined && samePaths(before.paths, files.paths)) continue;
      await connection.run(externalTableSql(table, layout, rootOf(s3Dir, layout), files.paths));
      seen.set(table, files);
    }
  };
  let last = refreshAll();
  await last;
  await createViews(connection, deps.glue.tables.filter(isView));

  return {
    refresh() {
      // Two at once would replace the same view.
      last = last.catch(() => undefined).then(refreshAll);
      return last;
    },
    size: () =>
      [...seen.values()].reduce(
        (sum, { paths, bytes }) => ({ files: sum.files + paths.length, bytes: sum.bytes + bytes }),
        { files: 0, bytes: 0 },
      ),
  };
}

function samePaths(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((path, i) => path === b[i]);
}

/** A view may stand on another: those that cannot be made yet wait for the rest. */
async function createViews(connection: DuckDBConnection, views: GlueTable[]): Promise<void> {
  let waiting = views;
  let refused: unknown;
  while (waiting.length > 0) {
    const still: GlueTable[] = [];
    for (const view of waiting) {
      try {
        await connection.run(`USE ${identifier(ENGINE_CATALOG)}.${identifier(view.database)}`);
        const sql = viewSql(view);
        const words = translated(sql, JSON.parse(await parsed(connection, sql)));
        await connection.run(`CREATE VIEW ${qualified(view)} AS ${words}`);
      } catch (error) {
        refused = error;
        still.push(view);
      }
    }
    if (still.length === waiting.length) {
      const names = still.map(({ name }) => name).join(', ');
      throw new Error(`The catalog's view cannot be made: ${names}`, { cause: refused });
    }
    waiting = still;
  }
}
