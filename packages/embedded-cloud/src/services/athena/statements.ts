import { type Glue, type GlueTable, isView } from './catalog.ts';
import { type ColumnInfo, createTextColumn } from './column.ts';
import type { EngineResult } from './engine-result.ts';
import { QueryFailure } from './failure.ts';
import { ICEBERG_WORDS } from './iceberg/parse.ts';
import { writeField } from './iceberg/partition.ts';
import { isIceberg } from './iceberg/tables.ts';

/** A statement with its kind. The first words of the statement determine the kind. */
export interface Statement {
  /** The field StatementType in the response of GetQueryExecution. */
  type: 'DML' | 'DDL' | 'UTILITY';
  /** Whether the first row of the results contains the column names. */
  header: boolean;
  kind: 'select' | 'explain' | 'catalog' | 'iceberg';
  /**
   * SQL of the statement, without leading comments and trailing semicolons. The keyword EXPLAIN and
   * its options are removed too.
   */
  sql: string;
}

/**
 * Classifies a statement by its first words. A statement is a `select` unless it starts with
 * EXPLAIN, SHOW or DESCRIBE, or with a word that writes. DuckDB's parser later decides whether a `select` is valid.
 */
export function classifyStatement(query: string): Statement {
  const sql = query
    .replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '')
    .replace(/[\s;]+$/, '');
  const explained = /^explain\s+(?:analyze\s+)?(?:\([^()]*\)\s*)?([\s\S]*)$/i.exec(sql)?.[1];
  if (explained !== undefined)
    return { type: 'UTILITY', header: true, kind: 'explain', sql: explained };
  if (/^show\b/i.test(sql)) return { type: 'DDL', header: false, kind: 'catalog', sql };
  if (/^(describe|desc)\b/i.test(sql))
    return { type: 'UTILITY', header: false, kind: 'catalog', sql };
  const [word = ''] = /^\w+/.exec(sql) ?? [];
  if (ICEBERG_WORDS.includes(word.toUpperCase())) {
    const type = /^(create|alter|drop)$/i.test(word) ? 'DDL' : 'DML';
    return { type, header: false, kind: 'iceberg', sql };
  }
  return { type: 'DML', header: true, kind: 'select', sql };
}

/**
 * Answers SHOW TABLES, SHOW COLUMNS, SHOW DATABASES and DESCRIBE from the catalog, without DuckDB.
 *
 * @throws {QueryFailure} TABLE_NOT_FOUND, SCHEMA_NOT_FOUND, NOT_SUPPORTED
 */
export function answerFromCatalog(glue: Glue, sql: string, database: string): EngineResult {
  const [, list, pattern = ''] =
    /^show\s+(databases|schemas)(?:\s+(?:like\s+)?'([^']*)')?$/i.exec(sql) ?? [];
  if (list !== undefined) return createListResult('database_name', glue.databases, pattern);

  const tables =
    /^show\s+tables(?:\s+(?:in|from)\s+`?(\w+)`?)?(?:\s+(?:like\s+)?'([^']*)')?$/i.exec(sql);
  if (tables) {
    const names = findTables(glue, tables[1]?.toLowerCase() ?? database).map(({ name }) => name);
    return createListResult('tab_name', names, tables[2] ?? '');
  }

  const shown =
    /^show\s+columns\s+(?:in|from)\s+(?:["`]?(\w+)["`]?\s*\.\s*)?["`]?(\w+)["`]?(?:\s+(?:in|from)\s+["`]?(\w+)["`]?)?$/i.exec(
      sql,
    );
  if (shown) {
    const named = (shown[1] ?? shown[3])?.toLowerCase() ?? database;
    const { columns, partition_keys } = findTable(glue, named, shown[2]!.toLowerCase());
    const rows = [...columns, ...partition_keys].map(({ name }) => [name.padEnd(CELL_CHARACTERS)]);
    return { columns: [createTextColumn('field')], rows, scanned_bytes: 0 };
  }

  const described =
    /^(?:describe|desc)\s+(?:(?:extended|formatted)\s+)?(?:["`]?(\w+)["`]?\s*\.\s*)?["`]?(\w+)["`]?$/i.exec(
      sql,
    );
  if (described) {
    return describeAsText(
      glue,
      described[1]?.toLowerCase() ?? database,
      described[2]!.toLowerCase(),
    );
  }
  throw new QueryFailure(
    'NOT_SUPPORTED',
    'The embedded Athena only emulates SHOW TABLES, SHOW COLUMNS, SHOW DATABASES and DESCRIBE <table>',
  );
}

function findTables(glue: Glue, database: string): GlueTable[] {
  if (!glue.databases.includes(database)) {
    throw new QueryFailure('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`);
  }
  return glue.tables.filter((table) => table.database === database);
}

/** @throws {QueryFailure} SCHEMA_NOT_FOUND, TABLE_NOT_FOUND */
function findTable(glue: Glue, database: string, name: string): GlueTable {
  const table = findTables(glue, database).find((each) => each.name === name);
  if (table !== undefined) return table;
  throw new QueryFailure('TABLE_NOT_FOUND', `Table '${database}.${name}' does not exist`);
}

/**
 * Returns a result with the names that match a pattern.
 *
 * @param pattern a Hive pattern, in which `*` matches any characters and `|` separates alternatives
 */
function createListResult(column: string, names: string[], pattern: string): EngineResult {
  const alternatives = pattern
    .split('|')
    .map((each) => each.replace(/[.+?^${}()[\]\\]/g, '\\$&').replaceAll('*', '.*'));
  const wanted = new RegExp(`^(${pattern === '' ? '.*' : alternatives.join('|')})$`);
  const rows = names
    .filter((name) => wanted.test(name))
    .sort()
    .map((name) => [name]);
  return { columns: [createTextColumn(column)], rows, scanned_bytes: 0 };
}

/**
 * Describes a table in the format of Hive. The result declares three columns, but each row is a
 * single string in which tabs separate the three values.
 */
function describeAsText(glue: Glue, database: string, name: string): EngineResult {
  const table = findTable(glue, database, name);
  const columns: ColumnInfo[] = ['col_name', 'data_type', 'comment'].map((each) =>
    createTextColumn(each),
  );
  const { partition_keys } = table;
  if (isIceberg(table)) {
    const lines = [
      formatLine('# Table schema:', '', ''),
      formatLine('# col_name', 'data_type', 'comment'),
      ...table.columns.map(({ name, type, comment = '' }) => formatLine(name, type, comment)),
      formatLine('', '', ''),
      formatLine('# Partition spec:', '', ''),
      formatLine('# field_name', 'field_transform', 'column_name'),
      ...table.partitioning.map((field) =>
        formatLine(field.column, field.transform, writeField(field)),
      ),
    ];
    return { columns, rows: lines.map((line) => [line]), scanned_bytes: 0 };
  }
  const partitions =
    isView(table) || partition_keys.length === 0
      ? []
      : [
          formatLine('', '', ''),
          formatLine('# Partition Information', '', ''),
          formatLine('# col_name', 'data_type', 'comment'),
          formatLine('', '', ''),
          ...partition_keys.map((key) => formatLine(key.name, key.type, key.comment ?? '')),
        ];
  const rows = [...table.columns, ...partition_keys].map((column) =>
    formatLine(column.name, column.type, column.comment ?? ''),
  );
  return { columns, rows: [...rows, ...partitions].map((row) => [row]), scanned_bytes: 0 };
}

const CELL_CHARACTERS = 20;

function formatLine(...cells: string[]): string {
  return cells.map((cell) => cell.padEnd(CELL_CHARACTERS)).join('\t');
}
