import { QueryFailure } from '../failure.ts';
import type { HiveColumn } from '../hive-types.ts';
import type { Reader } from './reader.ts';
import type { Query, QueryBody, Ref, Relation, Select } from './syntax-tree.ts';

/** Finds the columns of a table of the catalog. */
export type FindColumns = (database: string | undefined, name: string) => HiveColumn[] | undefined;

/** The columns of a relation, with their Hive types if these are known. */
type Columns = Map<string, string | undefined>;

/** A relation in FROM. Its columns are undefined if they are not known. */
interface Source {
  alias: string | undefined;
  columns: Columns | undefined;
}

type WithQueries = Map<string, Columns | undefined>;

/**
 * Checks what depends on the columns of tables, and what DuckDB allows but Trino does not: names of
 * SELECT in WHERE and GROUP BY, fields of maps, keys of rows, and strings instead of dates.
 *
 * @throws {QueryFailure} COLUMN_NOT_FOUND, TYPE_MISMATCH
 */
export function checkColumns(reader: Reader, query: Query, find: FindColumns): void {
  void checkQuery(query, new Map());

  function checkQuery(one: Query, outer: WithQueries): Columns | undefined {
    const known: WithQueries = new Map(outer);
    for (const { name, columns, query: inner } of one.with) {
      known.set(name, undefined);
      known.set(name, rename(checkQuery(inner, known), columns));
    }
    return checkBody(one.body, known);
  }

  function checkBody(body: QueryBody, known: WithQueries): Columns | undefined {
    switch (body.kind) {
      case 'select':
        return checkSelect(body, known);
      case 'set':
        void checkBody(body.right, known);
        return checkBody(body.left, known);
      case 'table':
        return readTable(body, known);
      case 'nested':
        return checkQuery(body.query, known);
      case 'values':
        return undefined;
    }
  }

  function readTable(
    { database, name }: { database?: string; name: string },
    known: WithQueries,
  ): Columns | undefined {
    if (database === undefined && known.has(name)) return known.get(name);
    const columns = find(database, name);
    return columns && new Map(columns.map((column) => [column.name, column.type]));
  }

  function readSource(relation: Relation, known: WithQueries): Source {
    const { alias, columns } = relation;
    if (relation.kind === 'table') {
      return { alias, columns: rename(readTable(relation, known), columns) };
    }
    if (relation.kind === 'query') {
      return { alias, columns: rename(checkQuery(relation.query, known), columns) };
    }
    return { alias, columns: columns && new Map(columns.map((name) => [name, undefined])) };
  }

  function checkSelect(select: Select, known: WithQueries): Columns | undefined {
    const sources = select.relations.map((relation) => readSource(relation, known));
    checkAliases(reader, select, sources);
    for (const ref of [...select.refs, ...select.items.flatMap(({ refs }) => refs)]) {
      checkFields(reader, ref, sources);
    }
    for (const { ref, operator, literal } of select.comparisons) {
      const type = typeOf(ref, sources);
      if (type === undefined || !NOT_TEXT.test(type)) continue;
      const word = /^(date|timestamp)/.exec(type)?.[1]?.toUpperCase();
      throw new QueryFailure(
        'TYPE_MISMATCH',
        `${reader.locate(ref.token.start)}: Cannot apply operator: ${type} ${operator} varchar. Use ` +
          `${word === undefined ? literal.text.slice(1, -1) : `${word} ${literal.text}`}`,
      );
    }
    return readItems(select, sources);
  }
}

const NOT_TEXT = /^(date|timestamp|bigint|int|integer|double|float|boolean)\b/;

function rename(columns: Columns | undefined, names: string[] | undefined): Columns | undefined {
  if (names === undefined) return columns;
  const types = [...(columns?.values() ?? [])];
  return new Map(names.map((name, i) => [name, types[i]]));
}

/** Returns the columns of a SELECT, or undefined if a `*` has unknown columns. */
function readItems({ items }: Select, sources: Source[]): Columns | undefined {
  const columns: Columns = new Map();
  for (const { name, star, refs, is_alias } of items) {
    if (star === undefined) {
      if (name !== undefined) columns.set(name, is_alias ? undefined : typeOf(refs[0]!, sources));
      continue;
    }
    for (const source of sources.filter(({ alias }) => star === '' || alias === star)) {
      if (source.columns === undefined) return undefined;
      for (const [column, type] of source.columns) columns.set(column, type);
    }
  }
  return columns;
}

/** In Trino, only ORDER BY sees the names that SELECT gives. */
function checkAliases(reader: Reader, { items, refs }: Select, sources: Source[]): void {
  if (sources.some(({ columns }) => columns === undefined)) return;
  const aliases = new Set(items.filter(({ is_alias }) => is_alias).map(({ name }) => name));
  const all = [...refs, ...items.flatMap((item) => item.refs)];
  for (const { names, token } of all) {
    const [name = ''] = names;
    if (!aliases.has(name) || sources.some((source) => knows(source, name))) continue;
    throw new QueryFailure(
      'COLUMN_NOT_FOUND',
      `${reader.locate(token.start)}: Column '${name}' cannot be resolved. In Trino, only ORDER BY sees a name ` +
        'that SELECT gives: repeat the expression, or use its number in GROUP BY',
    );
  }
}

function knows({ alias, columns }: Source, name: string): boolean {
  return alias === name || columns?.has(name) === true;
}

/** Finds the column of a reference. @returns the type of the column, and the names after the column */
function resolve({ names }: Ref, sources: Source[]) {
  const [first = '', second = ''] = names;
  for (const { alias, columns } of sources) {
    if (alias === first && names.length > 1 && columns?.has(second)) {
      return { type: columns.get(second), fields: names.slice(2), column: second };
    }
  }
  for (const { columns } of sources) {
    if (columns?.has(first))
      return { type: columns.get(first), fields: names.slice(1), column: first };
  }
  return undefined;
}

function typeOf(ref: Ref, sources: Source[]): string | undefined {
  const found = resolve(ref, sources);
  return found?.fields.length === 0 && ref.key === undefined ? found.type : undefined;
}

function checkFields(reader: Reader, ref: Ref, sources: Source[]): void {
  const found = resolve(ref, sources);
  if (found?.type === undefined) return;
  const { type, fields, column } = found;
  const place = reader.locate(ref.token.start);
  if (type.startsWith('map<') && fields.length > 0) {
    throw new QueryFailure(
      'TYPE_MISMATCH',
      `${place}: Expression ${column} is not of type ROW. In Trino, use element_at(${column}, '${fields[0]}')`,
    );
  }
  if (type.startsWith('struct<') && fields.length === 0 && ref.key !== undefined) {
    throw new QueryFailure(
      'TYPE_MISMATCH',
      `${place}: A field of the row ${column} has no brackets. In Trino, use ${column}.${ref.key}`,
    );
  }
}
