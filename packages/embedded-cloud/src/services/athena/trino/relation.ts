import { isQueryInBrackets } from './nested.ts';
import type { Reader } from './reader.ts';
import type { Relation } from './syntax-tree.ts';

/** Reads the relations after FROM. */
export function readRelations(reader: Reader): Relation[] {
  return reader.list(() => readJoined(reader)).flat();
}

function readJoined(reader: Reader): Relation[] {
  const relations = readSampled(reader);
  for (;;) {
    if (reader.accept('CROSS', 'JOIN')) relations.push(...readSampled(reader));
    else if (reader.accept('NATURAL')) {
      readJoinType(reader);
      relations.push(...readSampled(reader));
    } else if (isJoin(reader)) {
      readJoinType(reader);
      relations.push(...readSampled(reader));
      readCriteria(reader);
    } else return relations;
  }
}

function isJoin(reader: Reader): boolean {
  return reader.isOneOf(['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL']);
}

function readJoinType(reader: Reader): void {
  if (reader.acceptOneOf(['LEFT', 'RIGHT', 'FULL']) !== undefined) void reader.accept('OUTER');
  else void reader.accept('INNER');
  reader.expect('JOIN');
}

function readCriteria(reader: Reader): void {
  if (reader.accept('USING')) {
    reader.expect('(');
    void reader.list(() => reader.identifier());
    reader.expect(')');
    return;
  }
  reader.expect('ON');
  reader.grammar.expression(reader);
}

function readSampled(reader: Reader): Relation[] {
  const relations = readAliased(reader);
  if (reader.accept('TABLESAMPLE')) {
    if (reader.acceptOneOf(['BERNOULLI', 'SYSTEM']) === undefined)
      throw reader.refuse('BERNOULLI, SYSTEM');
    reader.expect('(');
    reader.grammar.expression(reader);
    reader.edits.push({
      start: reader.previous!.end,
      end: reader.previous!.end,
      text: '%',
      is_end: true,
    });
    reader.expect(')');
  }
  return relations;
}

function readAliased(reader: Reader): Relation[] {
  if (reader.isNext('UNNEST', '(')) return [readUnnest(reader)];
  if (reader.accept('LATERAL') || isQueryInBrackets(reader)) {
    reader.expect('(');
    const query = reader.grammar.query(reader);
    reader.expect(')');
    return [{ kind: 'query', query, ...readAlias(reader) }];
  }
  if (reader.accept('(')) {
    const relations = readJoined(reader);
    reader.expect(')');
    return relations;
  }
  const names = [reader.identifier()];
  while (reader.accept('.')) names.push(reader.identifier());
  const [name = '', database] = names.reverse();
  const { alias = name, columns } = readAlias(reader);
  return [
    {
      ...{ kind: 'table', name, alias },
      ...(database === undefined ? {} : { database }),
      ...(columns === undefined ? {} : { columns }),
    },
  ];
}

function readAlias(reader: Reader): { alias?: string; columns?: string[] } {
  const is_named = reader.accept('AS') || (reader.isIdentifier() && !isClause(reader));
  if (!is_named) return {};
  return { alias: reader.identifier(), ...readColumnNames(reader) };
}

/** Whether a word that is not reserved starts a clause. */
function isClause(reader: Reader): boolean {
  if (reader.isNext('TABLESAMPLE') || reader.isNext('MATCH_RECOGNIZE')) return true;
  if (reader.isNext('WINDOW') && reader.peek(2)?.text.toUpperCase() === 'AS') return true;
  return reader.isOneOf(['OFFSET', 'LIMIT', 'FETCH']) && reader.peek(1)?.kind !== 'symbol';
}

export function readColumnNames(reader: Reader): { columns?: string[] } {
  if (!reader.accept('(')) return {};
  const columns = reader.list(() => reader.identifier());
  reader.expect(')');
  return { columns };
}

/**
 * A map becomes two columns in Trino, and one in DuckDB. UNNEST of one expression with two columns is
 * therefore written as a query of the keys and the values.
 */
function readUnnest(reader: Reader): Relation {
  const unnest = reader.take();
  const open = reader.next!;
  reader.expect('(');
  const separators = [open];
  for (;;) {
    reader.grammar.expression(reader);
    if (!reader.isNext(',')) break;
    separators.push(reader.take());
  }
  const { start, end } = reader.next!;
  reader.expect(')');
  const has_ordinality = reader.accept('WITH', 'ORDINALITY');
  const aliased = readAlias(reader);
  const columns = aliased.columns?.length ?? 0;
  if (separators.length > 1) {
    reader.edits.push({ start: unnest.start, end: open.end, text: '(SELECT unnest(' });
    for (const comma of separators.slice(1)) {
      reader.edits.push({ start: comma.start, end: comma.end, text: '), unnest(' });
    }
    reader.edits.push({ start, end, text: '))' });
  } else if (columns === 2 && !has_ordinality) {
    const sql = reader.sql.slice(open.end, start);
    reader.edits.push({ start: unnest.start, end: open.end, text: '(SELECT unnest(map_keys(' });
    reader.edits.push({ start, end, text: `)), unnest(map_values(${sql})))` });
  }
  return { kind: 'unnest', ...aliased };
}
