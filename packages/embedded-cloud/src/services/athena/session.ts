import type { DuckDBConnection } from '@duckdb/node-api';
import { findColumns, type Glue, isView } from './catalog.ts';
import { QueryFailure } from './failure.ts';
import { checkQuery } from './guard.ts';
import { type IcebergTable, isIceberg } from './iceberg/tables.ts';
import type { Translate } from './iceberg/translate-write.ts';
import type { Lake } from './lake.ts';
import { parseSql } from './parse.ts';
import { estimateScannedBytes } from './scan.ts';
import { SNAPSHOTS, type TableKind } from './stand-ins.ts';
import type { SyntaxNode } from './syntax.ts';
import { translateSql } from './translate.ts';
import { translateTrino } from './trino/translate.ts';

/** A query that `checkQuery` accepted, with its SQL for DuckDB and its syntax tree. */
export interface CheckedQuery {
  sql: string;
  syntax: SyntaxNode;
}

/** A connection to DuckDB for one statement of a user. */
export interface Session {
  connection: DuckDBConnection;
  /**
   * Checks and translates a query.
   *
   * @throws {QueryFailure} if Athena would refuse the query
   */
  check(sql: string): Promise<CheckedQuery>;
  translate: Translate;
  /** Estimates the bytes that SQL of DuckDB scans. */
  estimate(sql: string): Promise<number>;
}

export function createSession(deps: {
  connection: DuckDBConnection;
  /** The database of tables without a database in their name. */
  database: string;
  glue: Glue;
  lake: Lake;
  iceberg: IcebergTable[];
}): Session {
  const { connection, database, glue, lake, iceberg } = deps;
  const findTable = (named: string | undefined, name: string) =>
    glue.tables.find((table) => table.database === (named ?? database) && table.name === name);
  const kindOf = (named: string | undefined, name: string): TableKind => {
    const base = name.endsWith(SNAPSHOTS) ? name.slice(0, -SNAPSHOTS.length) : name;
    const table = findTable(named, base);
    if (table === undefined || isView(table)) return 'other';
    if (!isIceberg(table)) return base === name ? 'external' : 'other';
    return base === name ? 'iceberg' : 'snapshots';
  };
  const used = new Set<string>();

  const check = async (trino: string): Promise<CheckedQuery> => {
    const sql = translateTrino(trino, (named = database, name) =>
      findColumns(glue.tables, named, name),
    );
    const syntax = checkQuery(await parseSql(connection, sql), (named, name) => {
      used.add(named ?? database);
      lake.checkView(named ?? database, name);
      return findTable(named, name) !== undefined || kindOf(named, name) === 'snapshots';
    });
    return { sql: translateSql(sql, syntax, kindOf, database), syntax };
  };
  return {
    connection,
    check,
    translate: {
      query: async (sql) => (await check(sql)).sql,
      async expression(sql) {
        // A comment at the end of the expression must not swallow the bracket.
        const checked = await check(`${PREFIX}${sql}\n)`);
        if (!isExpression(checked.syntax)) {
          throw new QueryFailure('SYNTAX_ERROR', `Expected one expression: ${sql}`);
        }
        return checked.sql.slice(PREFIX.length - 1);
      },
    },
    estimate: (sql) => estimateScannedBytes(connection, sql, { files: lake.size(used), iceberg }),
  };
}

const PREFIX = 'SELECT (';

function isExpression({ select_list, from_table }: SyntaxNode): boolean {
  return (
    Array.isArray(select_list) &&
    select_list.length === 1 &&
    (from_table as SyntaxNode | null)?.type === 'EMPTY'
  );
}
