import type { Token } from '../iceberg/tokens.ts';
import { MAP_FUNCTIONS, readMapFunction } from './map-lambda.ts';
import type { Reader } from './reader.ts';
import { readType } from './types.ts';
import { readOver } from './window.ts';

/** Functions whose arguments have words between them. */
const SPECIAL: Record<string, (reader: Reader, readValue: (reader: Reader) => void) => void> = {
  EXTRACT(reader, readValue) {
    void reader.identifier();
    reader.expect('FROM');
    readValue(reader);
  },
  TRIM(reader, readValue) {
    const side = reader.acceptOneOf(['LEADING', 'TRAILING', 'BOTH']);
    if (side !== undefined && reader.accept('FROM')) return readValue(reader);
    readValue(reader);
    if (reader.acceptOneOf(['FROM', ',']) !== undefined) readValue(reader);
  },
  POSITION(reader, readValue) {
    readValue(reader);
    reader.expect('IN');
    readValue(reader);
  },
  SUBSTRING(reader, readValue) {
    readValue(reader);
    if (reader.accept('FROM')) {
      readValue(reader);
      if (reader.accept('FOR')) readValue(reader);
    } else while (reader.accept(',')) readValue(reader);
  },
  NORMALIZE(reader, readValue) {
    readValue(reader);
    if (reader.accept(',')) void reader.acceptOneOf(['NFC', 'NFD', 'NFKC', 'NFKD']);
  },
  JSON_VALUE: readJsonPath,
  JSON_QUERY: readJsonPath,
  JSON_EXISTS: readJsonPath,
};

function readJsonPath(reader: Reader): void {
  reader.grammar.expression(reader);
  reader.expect(',');
  const { start, text } = reader.string();
  const [mode = ''] = /^'(?:lax|strict)\s+/i.exec(text) ?? [];
  if (mode !== '') reader.edits.push({ start, end: start + mode.length, text: "'" });
  if (reader.accept('RETURNING')) readType(reader);
  while (reader.acceptOneOf(['NULL', 'ERROR', 'EMPTY', 'TRUE', 'FALSE', 'UNKNOWN']) !== undefined) {
    reader.expect('ON');
    if (reader.acceptOneOf(['ERROR', 'EMPTY']) === undefined) throw reader.refuse('EMPTY, ERROR');
  }
}

const RESERVED_NAMES = [
  ...Object.keys(SPECIAL),
  'GROUPING',
  'LISTAGG',
  'LEFT',
  'RIGHT',
  'JSON_OBJECT',
  'JSON_ARRAY',
];

/** Whether a call of a function follows. */
export function isFunction(reader: Reader): boolean {
  if (reader.peek(1)?.text !== '(') return false;
  return reader.isIdentifier() || reader.isOneOf(RESERVED_NAMES);
}

export function readFunction(reader: Reader, readValue: (reader: Reader) => void): void {
  const token = reader.take();
  const name = token.text.replaceAll('"', '').toLowerCase();
  const separators: Token[] = [reader.next!];
  reader.expect('(');
  const special = SPECIAL[name.toUpperCase()];
  const map_function = MAP_FUNCTIONS[name.toUpperCase()];
  if (special !== undefined) special(reader, readValue);
  else if (map_function !== undefined) readMapFunction(reader, map_function, readValue);
  else readArguments(reader, separators);
  separators.push(reader.next!);
  reader.expect(')');
  reader.calls.push({ name, token, separators });
  readAfter(reader, name);
}

function readArguments(reader: Reader, separators: Token[]): void {
  if (reader.isNext(')') || reader.accept('*')) return;
  void reader.acceptOneOf(['DISTINCT', 'ALL']);
  for (;;) {
    reader.grammar.expression(reader);
    if (!reader.isNext(',')) break;
    separators.push(reader.take());
  }
  if (reader.accept('ORDER', 'BY')) readOrder(reader);
}

/** Reads what may follow the arguments. */
function readAfter(reader: Reader, name: string): void {
  if (name === 'listagg') {
    // In DuckDB, the order stands within the brackets of the arguments.
    const { start } = reader.previous!;
    reader.expect('WITHIN', 'GROUP', '(');
    reader.edits.push({ start, end: reader.previous!.end, text: ' ' });
    reader.expect('ORDER', 'BY');
    readOrder(reader);
    reader.expect(')');
  }
  if (reader.isNext('FILTER', '(')) {
    reader.expect('FILTER', '(', 'WHERE');
    reader.grammar.expression(reader);
    reader.expect(')');
  }
  if (reader.acceptOneOf(['IGNORE', 'RESPECT']) !== undefined) reader.expect('NULLS');
  if (reader.isNext('OVER')) readOver(reader);
}

/** Reads the list after ORDER BY. */
export function readOrder(reader: Reader): void {
  reader.list(() => {
    if (reader.isNext('ALL')) throw reader.refuse('<expression>');
    reader.grammar.expression(reader);
    void reader.acceptOneOf(['ASC', 'DESC']);
    if (reader.accept('NULLS') && reader.acceptOneOf(['FIRST', 'LAST']) === undefined) {
      throw reader.refuse('FIRST, LAST');
    }
  });
}
