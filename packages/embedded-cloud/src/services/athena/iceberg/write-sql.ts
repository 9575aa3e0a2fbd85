import { quoteIdentifier } from '../catalog.ts';
import { buildPartitionSql } from './partition.ts';
import type { Assignment, MergeClause, Write } from './statement.ts';
import { storedName } from './storage.ts';
import type { IcebergTable } from './tables.ts';

/** Name of the temporary table with the rows that a statement writes. */
const SOURCE = 'temp.main."written rows"';

/** SQL that removes the temporary table, which takes memory. */
export const DROP_SOURCE = `DROP TABLE IF EXISTS ${SOURCE}`;

/** Values that a statement stores in columns, and the FROM clause in which the values are valid. */
export interface StoredValues {
  from: string;
  values: Assignment[];
  /** Whether the FROM clause has the rows of the source only. */
  is_source: boolean;
}

/** The SQL with which DuckDB runs a statement that writes rows. */
export interface WriteSql {
  /** Creates a temporary table with the rows of the source. */
  source?: string;
  /** Returns a row if a row of the table matches several rows of the source. */
  repeats?: string;
  stored: StoredValues[];
  /** Writes the rows, and returns the action and the partition of each row. */
  statement: string;
}

/** @param write the statement, whose parts are SQL of DuckDB */
export function buildWriteSql(write: Write, table: IcebergTable): WriteSql {
  const target = `${storedName(table)} AS ${quoteIdentifier((write.kind === 'merge' && write.alias) || table.name)}`;
  const partition = buildPartitionSql(table.partitioning);
  switch (write.kind) {
    case 'insert':
      return buildInsert(write, table, partition);
    case 'update':
      return {
        stored: [{ from: `FROM ${target}`, values: write.assignments, is_source: false }],
        statement: `UPDATE ${target} SET ${writeSet(write.assignments)}${writeWhere(write)} RETURNING 'UPDATE', ${partition}`,
      };
    case 'delete':
      return {
        stored: [],
        statement: `DELETE FROM ${target}${writeWhere(write)} RETURNING 'DELETE', ${partition}`,
      };
    case 'merge':
      return buildMerge(write, table, target, partition);
  }
}

function buildInsert(
  { query, columns }: Extract<Write, { kind: 'insert' }>,
  table: IcebergTable,
  partition: string,
): WriteSql {
  const names = columns ?? table.columns.map(({ name }) => name);
  const values = names.map((column, i) => ({ column, value: `#${i + 1}` }));
  return {
    source: createSource(query),
    stored: [{ from: `FROM ${SOURCE}`, values, is_source: true }],
    statement:
      `INSERT INTO ${storedName(table)} (${names.map(quoteIdentifier).join(', ')}) ` +
      `SELECT * FROM ${SOURCE} RETURNING 'INSERT', ${partition}`,
  };
}

function buildMerge(
  { source, source_alias, on, clauses }: Extract<Write, { kind: 'merge' }>,
  table: IcebergTable,
  target: string,
  partition: string,
): WriteSql {
  const alias = source_alias === undefined ? '' : ` AS ${quoteIdentifier(source_alias)}`;
  const rows = `${SOURCE}${alias}`;
  const names = table.columns.map(({ name }) => name);
  const stored = clauses.flatMap(({ action }): StoredValues[] => {
    if (action.kind === 'delete') return [];
    if (action.kind === 'update') {
      return [{ from: `FROM ${target}, ${rows}`, values: action.assignments, is_source: false }];
    }
    const { columns = names, values } = action;
    const pairs = values.map((value, i) => ({ column: columns[i] ?? '', value }));
    return [{ from: `FROM ${rows}`, values: pairs, is_source: true }];
  });
  return {
    source: createSource(source),
    repeats: `SELECT 1 FROM ${target} JOIN ${rows} ON (${on}) GROUP BY ${target.split(' AS ').at(-1)}.rowid HAVING count(*) > 1 LIMIT 1`,
    stored,
    statement: `MERGE INTO ${target} USING ${rows} ON (${on}) ${clauses.map(writeClause).join(' ')} RETURNING merge_action, ${partition}`,
  };
}

function createSource(query: string): string {
  return `CREATE OR REPLACE TEMP TABLE "written rows" AS ${query}`;
}

function writeClause({ is_matched, condition, action }: MergeClause): string {
  const when = `WHEN ${is_matched ? '' : 'NOT '}MATCHED`;
  const and = condition === undefined ? '' : ` AND (${condition})`;
  return `${when}${and} THEN ${writeAction(action)}`;
}

function writeAction(action: MergeClause['action']): string {
  if (action.kind === 'delete') return 'DELETE';
  if (action.kind === 'update') return `UPDATE SET ${writeSet(action.assignments)}`;
  const { columns } = action;
  const names = columns === undefined ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
  return `INSERT${names} VALUES (${action.values.join(', ')})`;
}

function writeSet(assignments: Assignment[]): string {
  return assignments.map(({ column, value }) => `${quoteIdentifier(column)} = ${value}`).join(', ');
}

function writeWhere({ where }: { where?: string }): string {
  return where === undefined ? '' : ` WHERE (${where})`;
}
