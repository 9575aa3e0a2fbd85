import { readName, type Token } from '../iceberg/tokens.ts';
import { isQueryInBrackets, readQueryInBrackets } from './nested.ts';
import { readPrimary } from './primary.ts';
import type { Reader } from './reader.ts';

const COMPARISONS = ['=', '<>', '!=', '<', '<=', '>', '>='];

/** Reads an expression: `booleanExpression` of Trino's grammar. */
export function readExpression(reader: Reader): void {
  readAnd(reader);
  while (reader.accept('OR')) readAnd(reader);
}

function readAnd(reader: Reader): void {
  readNot(reader);
  while (reader.accept('AND')) readNot(reader);
}

function readNot(reader: Reader): void {
  while (reader.accept('NOT'));
  const operand = readOperand(reader);
  readPredicate(reader, operand);
}

/** A side of a comparison. */
interface Operand {
  first: Token;
  last: Token;
  /** The number of references to columns that were read before it. */
  refs: number;
}

function readOperand(reader: Reader): Operand {
  const first = reader.next!;
  const refs = reader.refs.length;
  readValue(reader);
  return { first, last: reader.previous!, refs };
}

function readPredicate(reader: Reader, left: Operand): void {
  const operator = reader.acceptOneOf(COMPARISONS);
  if (operator !== undefined) {
    if (reader.isOneOf(['ALL', 'SOME', 'ANY']) && reader.peek(1)?.text === '(') {
      void reader.take();
      readQueryInBrackets(reader);
      return;
    }
    compare(reader, left, readOperand(reader), operator);
    return;
  }
  if (reader.accept('IS')) {
    void reader.accept('NOT');
    if (reader.accept('NULL')) return;
    reader.expect('DISTINCT', 'FROM');
    readValue(reader);
    return;
  }
  readNegatable(reader, left, reader.accept('NOT'));
}

function readNegatable(reader: Reader, left: Operand, is_negated: boolean): void {
  if (reader.accept('BETWEEN')) {
    compare(reader, left, readOperand(reader), 'BETWEEN');
    reader.expect('AND');
    compare(reader, left, readOperand(reader), 'BETWEEN');
  } else if (reader.accept('IN')) {
    if (isQueryInBrackets(reader)) {
      readQueryInBrackets(reader);
      return;
    }
    reader.expect('(');
    reader.list(() => {
      const operand = { first: reader.next!, refs: reader.refs.length };
      readExpression(reader);
      compare(reader, left, { ...operand, last: reader.previous! }, 'IN');
    });
    reader.expect(')');
  } else if (reader.accept('LIKE')) {
    readValue(reader);
    if (reader.accept('ESCAPE')) readValue(reader);
  } else if (is_negated) {
    throw reader.refuse('BETWEEN, IN, LIKE');
  }
}

/** Records the comparison of a column with a string literal. */
function compare(reader: Reader, left: Operand, right: Operand, operator: string): void {
  for (const [column, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const ref = reader.refs[column.refs];
    const is_column =
      ref?.token === column.first && ref.key === undefined && endsWith(ref.names, column.last);
    const is_literal = other.first === other.last && other.first.kind === 'string';
    if (is_column && is_literal) reader.comparisons.push({ ref, operator, literal: other.first });
  }
}

function endsWith(names: string[], { kind, text }: Token): boolean {
  return kind === 'quoted'
    ? readName({ kind, text, start: 0, end: 0 }).toLowerCase() === names.at(-1)
    : text.toLowerCase() === names.at(-1);
}

/** Reads a value: `valueExpression` of Trino's grammar, the weakest operator first. */
function readValue(reader: Reader): void {
  readSum(reader);
  while (reader.accept('||')) readSum(reader);
}

/** In Trino, a date and an interval give a date. In DuckDB, they give a timestamp. */
function readSum(reader: Reader): void {
  const { start = 0 } = reader.next ?? {};
  readProduct(reader);
  while (reader.isOneOf(['+', '-'])) {
    const operator = reader.take();
    const is_interval = reader.isNext('INTERVAL');
    readProduct(reader);
    if (!is_interval) continue;
    const { end } = reader.previous!;
    const name = operator.text === '+' ? 'trino_plus' : 'trino_minus';
    reader.edits.push({ start, end: start, text: `${name}(` });
    reader.edits.push({ start: operator.start, end: operator.end, text: ',' });
    reader.edits.push({ start: end, end, text: ')', is_end: true });
  }
}

function readProduct(reader: Reader): void {
  readUnary(reader);
  while (reader.acceptOneOf(['*', '/', '%']) !== undefined) readUnary(reader);
}

function readUnary(reader: Reader): void {
  while (reader.acceptOneOf(['+', '-']) !== undefined);
  const { start = 0 } = reader.next ?? {};
  readPrimary(reader, readValue);
  while (reader.isNext('AT', 'TIME', 'ZONE')) readTimeZone(reader, start);
}

/**
 * In Trino, a timestamp without a time zone is one in the zone of the session, UTC. In DuckDB, it is
 * one in the zone after AT TIME ZONE. The cast makes it a timestamp with a time zone in both.
 */
function readTimeZone(reader: Reader, start: number): void {
  const { end } = reader.previous!;
  reader.expect('AT', 'TIME', 'ZONE');
  if (reader.accept('INTERVAL')) throw reader.refuse('a time zone as a string');
  void reader.string();
  reader.edits.push({ start, end: start, text: '(CAST(' });
  reader.edits.push({ start: end, end, text: ' AS TIMESTAMP WITH TIME ZONE)', is_end: true });
  reader.edits.push({
    start: reader.previous!.end,
    end: reader.previous!.end,
    text: ')',
    is_end: true,
  });
}
