import { quoteIdentifier } from '../catalog.ts';
import type { Cursor } from './cursor.ts';
import type { Assignment, MergeClause, Write } from './statement.ts';

/** Parses INSERT INTO. Source: https://docs.aws.amazon.com/athena/latest/ug/insert-into.html */
export function parseInsert(cursor: Cursor): Write {
  cursor.expect('INSERT', 'INTO');
  const table = cursor.readTableName();
  const columns = isColumnList(cursor)
    ? { columns: cursor.readList(() => cursor.readIdentifier()) }
    : {};
  const query = cursor.readSql();
  cursor.expectEnd();
  return { kind: 'insert', table, ...columns, query };
}

function isColumnList(cursor: Cursor): boolean {
  return cursor.isNext('(') && !cursor.isNext('(', 'SELECT') && !cursor.isNext('(', 'WITH');
}

/** Parses UPDATE. Source: https://docs.aws.amazon.com/athena/latest/ug/update-statement.html */
export function parseUpdate(cursor: Cursor): Write {
  cursor.expect('UPDATE');
  const table = cursor.readTableName();
  cursor.expect('SET');
  const assignments = readAssignments(cursor, 'WHERE');
  return { kind: 'update', table, assignments, ...readWhere(cursor) };
}

/** Parses DELETE. Source: https://docs.aws.amazon.com/athena/latest/ug/delete-statement.html */
export function parseDelete(cursor: Cursor): Write {
  cursor.expect('DELETE', 'FROM');
  return { kind: 'delete', table: cursor.readTableName(), ...readWhere(cursor) };
}

/** Reads the WHERE clause at the end of a statement. */
export function readWhere(cursor: Cursor): { where?: string } {
  const where = cursor.accept('WHERE') ? { where: cursor.readSql() } : {};
  cursor.expectEnd();
  return where;
}

/** Parses MERGE INTO. Source: https://docs.aws.amazon.com/athena/latest/ug/merge-into-statement.html */
export function parseMerge(cursor: Cursor): Write {
  cursor.expect('MERGE', 'INTO');
  const table = cursor.readTableName();
  const alias = readAlias(cursor, 'USING');
  cursor.expect('USING');
  const source = readSource(cursor);
  const source_alias = readAlias(cursor, 'ON');
  cursor.expect('ON');
  const on = cursor.readSql('WHEN');
  const clauses: MergeClause[] = [];
  while (cursor.accept('WHEN')) clauses.push(readClause(cursor));
  if (clauses.length === 0) throw cursor.refuse('WHEN');
  cursor.expectEnd();
  return {
    ...{ kind: 'merge', table, source, on, clauses },
    ...(alias === undefined ? {} : { alias }),
    ...(source_alias === undefined ? {} : { source_alias }),
  };
}

/** Reads the source of a MERGE: a query in brackets, or the name of a table. @returns SQL for FROM */
function readSource(cursor: Cursor): string {
  if (cursor.isNext('(')) return `(${cursor.readList(() => cursor.readSql()).join()})`;
  const { database, name } = cursor.readTableName();
  return [...(database === undefined ? [] : [database]), name].map(quoteIdentifier).join('.');
}

function readAlias(cursor: Cursor, end: string): string | undefined {
  if (cursor.accept('AS')) return cursor.readIdentifier();
  return cursor.isNext(end) ? undefined : cursor.readIdentifier();
}

function readClause(cursor: Cursor): MergeClause {
  const is_matched = !cursor.accept('NOT');
  cursor.expect('MATCHED');
  const condition = cursor.accept('AND') ? { condition: cursor.readSql('THEN') } : {};
  cursor.expect('THEN');
  return { is_matched, ...condition, action: readAction(cursor, is_matched) };
}

function readAction(cursor: Cursor, is_matched: boolean): MergeClause['action'] {
  if (is_matched && cursor.accept('DELETE')) return { kind: 'delete' };
  if (is_matched) {
    cursor.expect('UPDATE', 'SET');
    return { kind: 'update', assignments: readAssignments(cursor, 'WHEN') };
  }
  cursor.expect('INSERT');
  const columns = cursor.isNext('(')
    ? { columns: cursor.readList(() => cursor.readIdentifier()) }
    : {};
  cursor.expect('VALUES');
  return { kind: 'insert', ...columns, values: cursor.readList(() => cursor.readSql(',')) };
}

function readAssignments(cursor: Cursor, end: string): Assignment[] {
  const readOne = () => {
    const column = cursor.readIdentifier();
    cursor.expect('=');
    return { column, value: cursor.readSql(',', end) };
  };
  const assignments = [readOne()];
  while (cursor.accept(',')) assignments.push(readOne());
  return assignments;
}
