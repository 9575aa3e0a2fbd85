import { type Glue, type GlueTable, isView } from './catalog.ts';
import { type ColumnInfo, textColumn } from './column.ts';
import type { EngineAnswer } from './engine.ts';
import { QueryFailure } from './failure.ts';

/** What a query is, by its first words. */
export interface Statement {
  /** As GetQueryExecution says it. */
  type: 'DML' | 'DDL' | 'UTILITY';
  /** Whether the first row of the results repeats the column names. */
  header: boolean;
  kind: 'select' | 'explain' | 'catalog';
  /** What is left for the engine, or all of it. */
  sql: string;
}

/** Reads what a query is. The engine decides whether a `select` is one. */
export function statementOf(query: string): Statement {
  const sql = query
    .replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '')
    .replace(/[\s;]+$/, '');
  const explained = /^explain\s+(?:analyze\s+)?(?:\([^()]*\)\s*)?([\s\S]*)$/i.exec(sql)?.[1];
  if (explained !== undefined)
    return { type: 'UTILITY', header: true, kind: 'explain', sql: explained };
  if (/^show\b/i.test(sql)) return { type: 'DDL', header: false, kind: 'catalog', sql };
  if (/^(describe|desc)\b/i.test(sql))
    return { type: 'UTILITY', header: false, kind: 'catalog', sql };
  return { type: 'DML', header: true, kind: 'select', sql };
}

/**
 * SHOW TABLES, SHOW DATABASES and DESCRIBE, answered by the catalog alone.
 * @throws {QueryFailure} TABLE_NOT_FOUND, SCHEMA_NOT_FOUND, NOT_SUPPORTED
 */
export function catalogAnswer(glue: Glue, sql: string, database: string): EngineAnswer {
  const [, list, pattern = ''] =
    /^show\s+(databases|schemas)(?:\s+(?:like\s+)?'([^']*)')?$/i.exec(sql) ?? [];
  if (list !== undefined) return listed('database_name', glue.databases, pattern);

  const tables =
    /^show\s+tables(?:\s+(?:in|from)\s+`?(\w+)`?)?(?:\s+(?:like\s+)?'([^']*)')?$/i.exec(sql);
  if (tables) {
    const names = tablesOf(glue, tables[1]?.toLowerCase() ?? database).map(({ name }) => name);
    return listed('tab_name', names, tables[2] ?? '');
  }

  const described =
    /^(?:describe|desc)\s+(?:(?:extended|formatted)\s+)?(?:["`]?(\w+)["`]?\s*\.\s*)?["`]?(\w+)["`]?$/i.exec(
      sql,
    );
  if (described) {
    return description(glue, described[1]?.toLowerCase() ?? database, described[2]!.toLowerCase());
  }
  throw new QueryFailure('NOT_SUPPORTED', 'SHOW TABLES, SHOW DATABASES and DESCRIBE run here');
}

function tablesOf(glue: Glue, database: string): GlueTable[] {
  if (!glue.databases.includes(database)) {
    throw new QueryFailure('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`);
  }
  return glue.tables.filter((table) => table.database === database);
}

/** @param pattern of Hive: `*` is anything, `|` is or */
function listed(column: string, names: string[], pattern: string): EngineAnswer {
  const alternatives = pattern
    .split('|')
    .map((each) => each.replace(/[.+?^${}()[\]\\]/g, '\\$&').replaceAll('*', '.*'));
  const wanted = new RegExp(`^(${pattern === '' ? '.*' : alternatives.join('|')})$`);
  const rows = names
    .filter((name) => wanted.test(name))
    .sort()
    .map((name) => [name]);
  return { columns: [textColumn(column)], rows, scanned_bytes: 0 };
}

/** Hive's habit, which Athena keeps: three columns are named, and each row is one text with tabs. */
function description(glue: Glue, database: string, name: string): EngineAnswer {
  const table = tablesOf(glue, database).find((each) => each.name === name);
  if (table === undefined) {
    throw new QueryFailure('TABLE_NOT_FOUND', `Table '${database}.${name}' does not exist`);
  }
  const columns: ColumnInfo[] = ['col_name', 'data_type', 'comment'].map((each) =>
    textColumn(each),
  );
  const { partition_keys } = table;
  const partitions =
    isView(table) || partition_keys.length === 0
      ? []
      : [
          line('', '', ''),
          line('# Partition Information', '', ''),
          line('# col_name', 'data_type', 'comment'),
          line('', '', ''),
          ...partition_keys.map((key) => line(key.name, key.type, '')),
        ];
  const rows = [...table.columns, ...partition_keys].map((column) =>
    line(column.name, column.type, ''),
  );
  return { columns, rows: [...rows, ...partitions].map((row) => [row]), scanned_bytes: 0 };
}

const CELL = 20;

function line(...cells: string[]): string {
  return cells.map((cell) => cell.padEnd(CELL)).join('\t');
}
