import { readName } from '../iceberg/tokens.ts';
import { isFunction, readFunction } from './function.ts';
import { readLambdaBody } from './lambda.ts';
import { isQueryInBrackets, readQueryInBrackets } from './nested.ts';
import type { Reader } from './reader.ts';
import type { Ref } from './syntax-tree.ts';
import { readInterval, readType } from './types.ts';

const CONSTANTS = [
  'NULL',
  'TRUE',
  'FALSE',
  'CURRENT_DATE',
  'CURRENT_USER',
  'CURRENT_CATALOG',
  'CURRENT_SCHEMA',
];
const TIMES = ['CURRENT_TIMESTAMP', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'LOCALTIME'];
const LITERAL_TYPES = [
  'DATE',
  'TIME',
  'TIMESTAMP',
  'DECIMAL',
  'JSON',
  'DOUBLE',
  'REAL',
  'BIGINT',
  'INTEGER',
  'VARCHAR',
  'BOOLEAN',
  'CHAR',
];

/**
 * Reads a primary expression of Trino's grammar.
 *
 * @param readValue reads a value, which may be a sum
 */
export function readPrimary(reader: Reader, readValue: (reader: Reader) => void): void {
  const { start = 0 } = reader.next ?? {};
  let ref = readBase(reader, readValue);
  while (reader.isNext('[') || (reader.isNext('.') && reader.isIdentifier(1))) {
    if (reader.accept('.')) {
      const name = reader.identifier();
      ref?.names.push(name);
    } else {
      readSubscript(reader, start, ref, readValue);
      ref = undefined;
    }
  }
}

/** @returns the reference, if the expression starts with one */
function readBase(reader: Reader, readValue: (reader: Reader) => void): Ref | undefined {
  const { next } = reader;
  if (next?.kind === 'number' || next?.kind === 'string' || reader.isNext('?')) {
    void reader.take();
    return undefined;
  }
  if (reader.acceptOneOf(CONSTANTS) !== undefined) return undefined;
  if (reader.acceptOneOf(TIMES) !== undefined) return readPrecision(reader);
  if (reader.isNext('INTERVAL') && reader.peek(1)?.text !== '.') return readIntervalLiteral(reader);
  if (reader.accept('CASE')) return readCase(reader);
  if (reader.isOneOf(['CAST', 'TRY_CAST']) && reader.peek(1)?.text === '(') return readCast(reader);
  if (reader.accept('EXISTS')) return void readQueryInBrackets(reader);
  if (reader.isNext('ARRAY', '[')) return readArray(reader);
  if (reader.isNext('(')) return readBrackets(reader);
  if (next?.kind === 'word' && reader.peek(1)?.kind === 'string') return readTypedLiteral(reader);
  if (isFunction(reader)) return void readFunction(reader, readValue);
  if (reader.isIdentifier() && reader.peek(1)?.text === '->') return readLambda(reader);
  return readReference(reader);
}

function readReference(reader: Reader): Ref | undefined {
  const token = reader.next!;
  const name = reader.identifier();
  const ref = { names: [name], token };
  const parameter = reader.findParameter(name);
  // The parameter of a lambda is no column.
  if (parameter === undefined) reader.refs.push(ref);
  else if (parameter.sql !== undefined) {
    reader.edits.push({ start: token.start, end: token.end, text: parameter.sql });
  }
  return ref;
}

function readPrecision(reader: Reader): undefined {
  if (!reader.isNext('(')) return;
  const { start } = reader.take();
  if (reader.next?.kind !== 'number') throw reader.refuse('<number>');
  void reader.take();
  reader.expect(')');
  reader.edits.push({ start, end: reader.previous!.end, text: '' });
}

function readIntervalLiteral(reader: Reader): undefined {
  reader.expect('INTERVAL');
  void reader.acceptOneOf(['+', '-']);
  if (reader.next?.kind !== 'string') throw reader.refuse('<string>');
  void reader.take();
  readInterval(reader);
}

function readCase(reader: Reader): undefined {
  if (!reader.isNext('WHEN')) reader.grammar.expression(reader);
  do {
    reader.expect('WHEN');
    reader.grammar.expression(reader);
    reader.expect('THEN');
    reader.grammar.expression(reader);
  } while (reader.isNext('WHEN'));
  if (reader.accept('ELSE')) reader.grammar.expression(reader);
  reader.expect('END');
}

function readCast(reader: Reader): undefined {
  void reader.take();
  reader.expect('(');
  reader.grammar.expression(reader);
  reader.expect('AS');
  readType(reader);
  reader.expect(')');
}

function readArray(reader: Reader): undefined {
  reader.expect('ARRAY', '[');
  if (reader.accept(']')) return;
  reader.list(() => reader.grammar.expression(reader));
  reader.expect(']');
}

function readBrackets(reader: Reader): undefined {
  if (isQueryInBrackets(reader) && reader.peek(1)?.text !== '(')
    return void readQueryInBrackets(reader);
  if (reader.attempt(() => isLambda(reader))) return;
  reader.expect('(');
  reader.list(() => reader.grammar.expression(reader));
  reader.expect(')');
}

function readTypedLiteral(reader: Reader): undefined {
  if (!reader.isOneOf(LITERAL_TYPES)) throw reader.refuse('<expression>');
  const word = reader.take();
  const literal = reader.string();
  if (word.text.toUpperCase() !== 'TIMESTAMP' || !/\s[A-Za-z+-][^-']*'$/.test(literal.text)) return;
  reader.edits.push({ start: word.start, end: word.end, text: 'TIMESTAMPTZ' });
}

function isLambda(reader: Reader): boolean {
  if (!reader.accept('(')) return false;
  const names: string[] = [];
  while (reader.isIdentifier()) {
    names.push(reader.identifier());
    if (!reader.accept(',')) break;
  }
  if (!reader.accept(')') || !reader.accept('->')) return false;
  readLambdaBody(reader, names);
  return true;
}

function readLambda(reader: Reader): undefined {
  const name = reader.identifier();
  reader.expect('->');
  readLambdaBody(reader, [name]);
}

/** In Trino, a key that a map does not have and an index outside of an array are errors. */
function readSubscript(
  reader: Reader,
  start: number,
  ref: Ref | undefined,
  readValue: (reader: Reader) => void,
): void {
  const open = reader.take();
  if (ref !== undefined && reader.next?.kind === 'string' && reader.peek(1)?.text === ']') {
    ref.key = readName(reader.next);
  }
  readValue(reader);
  const close = reader.next!;
  reader.expect(']');
  reader.edits.push({ start, end: start, text: 'trino_subscript(' });
  reader.edits.push({ start: open.start, end: open.end, text: ', ' });
  reader.edits.push({ start: close.start, end: close.end, text: ')' });
}
