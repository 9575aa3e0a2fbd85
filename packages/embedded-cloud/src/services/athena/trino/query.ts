import { readName } from '../iceberg/tokens.ts';
import { readOrder } from './function.ts';
import type { Reader } from './reader.ts';
import { readColumnNames, readRelations } from './relation.ts';
import type { Query, QueryBody, Ref, SelectItem } from './syntax-tree.ts';
import { readWindow } from './window.ts';

/** Reads a query, with its WITH clause. */
export function readQuery(reader: Reader): Query {
  const parts: Query['with'] = [];
  if (reader.accept('WITH')) {
    void reader.accept('RECURSIVE');
    parts.push(...reader.list(() => readNamedQuery(reader)));
  }
  const body = readSets(reader);
  readEnd(reader);
  return { with: parts, body };
}

function readNamedQuery(reader: Reader): Query['with'][number] {
  const name = reader.identifier();
  const columns = readColumnNames(reader);
  reader.expect('AS', '(');
  const query = readQuery(reader);
  reader.expect(')');
  return { name, query, ...columns };
}

function readSets(reader: Reader): QueryBody {
  let body = readBody(reader);
  while (reader.acceptOneOf(['UNION', 'EXCEPT', 'INTERSECT']) !== undefined) {
    void reader.acceptOneOf(['ALL', 'DISTINCT']);
    body = { kind: 'set', left: body, right: readBody(reader) };
  }
  return body;
}

/** Reads ORDER BY, OFFSET and LIMIT. */
function readEnd(reader: Reader): void {
  const { refs, comparisons } = reader;
  [reader.refs, reader.comparisons] = [[], []];
  if (reader.accept('ORDER', 'BY')) readOrder(reader);
  [reader.refs, reader.comparisons] = [refs, comparisons];
  if (reader.accept('OFFSET')) {
    readCount(reader);
    void reader.acceptOneOf(['ROW', 'ROWS']);
  }
  if (reader.accept('LIMIT')) {
    if (!reader.accept('ALL')) readCount(reader);
  } else if (reader.accept('FETCH')) {
    if (reader.acceptOneOf(['FIRST', 'NEXT']) === undefined) throw reader.refuse('FIRST, NEXT');
    if (reader.next?.kind === 'number') void reader.take();
    if (reader.acceptOneOf(['ROW', 'ROWS']) === undefined) throw reader.refuse('ROW, ROWS');
    reader.expect('ONLY');
  }
}

function readCount(reader: Reader): void {
  const { next } = reader;
  if (next === undefined || !(next.text === '?' || /^\d+$/.test(next.text))) {
    throw reader.refuse('<number>');
  }
  void reader.take();
}

function readBody(reader: Reader): QueryBody {
  if (reader.accept('TABLE')) {
    const names = [reader.identifier()];
    while (reader.accept('.')) names.push(reader.identifier());
    return {
      kind: 'table',
      name: names.at(-1)!,
      ...(names.length > 1 ? { database: names.at(-2)! } : {}),
    };
  }
  if (reader.accept('VALUES')) {
    reader.list(() => readRow(reader));
    return { kind: 'values' };
  }
  if (reader.accept('(')) {
    const query = readQuery(reader);
    reader.expect(')');
    return { kind: 'nested', query };
  }
  return readSelect(reader);
}

/** DuckDB needs brackets around the row of VALUES. */
function readRow(reader: Reader): void {
  const { next } = reader;
  reader.grammar.expression(reader);
  if (next?.text === '(' && reader.previous?.text === ')') return;
  const { end } = reader.previous!;
  reader.edits.push(
    { start: next!.start, end: next!.start, text: '(' },
    { start: end, end, text: ')', is_end: true },
  );
}

function readSelect(reader: Reader): QueryBody {
  const outer = { refs: reader.refs, comparisons: reader.comparisons };
  reader.refs = [];
  reader.comparisons = [];
  reader.expect('SELECT');
  void reader.acceptOneOf(['DISTINCT', 'ALL']);
  const items = reader.list(() => readItem(reader));
  reader.refs = [];
  const relations = reader.accept('FROM') ? readRelations(reader) : [];
  if (reader.accept('WHERE')) reader.grammar.expression(reader);
  if (reader.accept('GROUP', 'BY')) readGrouping(reader);
  if (reader.accept('HAVING')) reader.grammar.expression(reader);
  if (reader.accept('WINDOW')) readWindows(reader);
  const { refs, comparisons } = reader;
  Object.assign(reader, outer);
  return { kind: 'select', items, relations, refs, comparisons };
}

function readWindows(reader: Reader): void {
  reader.list(() => {
    void reader.identifier();
    reader.expect('AS', '(');
    readWindow(reader);
    reader.expect(')');
  });
}

function readItem(reader: Reader): SelectItem {
  const refs: Ref[] = [];
  reader.refs = refs;
  if (reader.accept('*')) return { is_alias: false, star: '', refs };
  if (reader.isIdentifier() && reader.peek(1)?.text === '.' && reader.peek(2)?.text === '*') {
    const star = reader.identifier();
    reader.expect('.', '*');
    return { is_alias: false, star, refs };
  }
  const first = reader.next;
  reader.grammar.expression(reader);
  const last = reader.previous!;
  if (reader.accept('AS') || reader.isIdentifier()) {
    return { name: reader.identifier(), is_alias: true, refs };
  }
  const [ref] = refs;
  const is_ref = refs.length === 1 && ref!.token === first && last.kind !== 'symbol';
  return is_ref
    ? { name: readName(last).toLowerCase(), is_alias: false, refs }
    : { is_alias: false, refs };
}

function readGrouping(reader: Reader): void {
  if (reader.isNext('ALL')) {
    void reader.take();
    if (reader.next === undefined || !reader.isIdentifier()) throw reader.refuse('<expression>');
  }
  void reader.accept('DISTINCT');
  reader.list(() => {
    if (reader.accept('GROUPING')) reader.expect('SETS');
    else void reader.acceptOneOf(['ROLLUP', 'CUBE']);
    if (reader.isNext('(', ')')) {
      void reader.take();
      void reader.take();
    } else readGroupingSet(reader);
  });
}

function readGroupingSet(reader: Reader): void {
  const is_sets = ['SETS', 'ROLLUP', 'CUBE'].includes(reader.previous?.text.toUpperCase() ?? '');
  if (!is_sets) {
    reader.grammar.expression(reader);
    return;
  }
  reader.expect('(');
  reader.list(() => {
    if (!reader.accept('(', ')')) reader.grammar.expression(reader);
  });
  reader.expect(')');
}
