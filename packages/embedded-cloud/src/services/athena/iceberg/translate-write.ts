import type { Assignment, MergeClause, Write } from './statement.ts';

/** Translates SQL of Trino to SQL of DuckDB. @throws {QueryFailure} if the SQL is not allowed */
export interface Translate {
  query(sql: string): Promise<string>;
  expression(sql: string): Promise<string>;
}

/** Translates all SQL in a statement. */
export async function translateWrite(write: Write, translate: Translate): Promise<Write> {
  switch (write.kind) {
    case 'insert':
      return { ...write, query: await translate.query(write.query) };
    case 'update': {
      const assignments = await translateAssignments(write.assignments, translate);
      return { ...write, assignments, ...(await translateOptional('where', write, translate)) };
    }
    case 'delete':
      return { ...write, ...(await translateOptional('where', write, translate)) };
    case 'merge': {
      const clauses: MergeClause[] = [];
      for (const clause of write.clauses) clauses.push(await translateClause(clause, translate));
      const source = await translate.query(`SELECT * FROM ${write.source}`);
      return { ...write, source, on: await translate.expression(write.on), clauses };
    }
  }
}

async function translateClause(clause: MergeClause, translate: Translate): Promise<MergeClause> {
  const condition = await translateOptional('condition', clause, translate);
  const { action } = clause;
  if (action.kind === 'delete') return { ...clause, ...condition };
  if (action.kind === 'update') {
    const assignments = await translateAssignments(action.assignments, translate);
    return { ...clause, ...condition, action: { ...action, assignments } };
  }
  const values: string[] = [];
  for (const value of action.values) values.push(await translate.expression(value));
  return { ...clause, ...condition, action: { ...action, values } };
}

async function translateAssignments(
  assignments: Assignment[],
  translate: Translate,
): Promise<Assignment[]> {
  const translated: Assignment[] = [];
  for (const { column, value } of assignments) {
    translated.push({ column, value: await translate.expression(value) });
  }
  return translated;
}

async function translateOptional<K extends string>(
  name: K,
  from: { [name in K]?: string },
  translate: Translate,
): Promise<{ [name in K]?: string }> {
  const sql = from[name];
  if (sql === undefined) return {};
  return { [name]: await translate.expression(sql) } as { [name in K]?: string };
}
