import type { Reader } from './reader.ts';

/** Types of Trino that DuckDB knows under another name. */
const RENAMED: Record<string, string> = { VARBINARY: 'BLOB' };
const FIELDS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];
const KNOWN = new Set(
  `BOOLEAN TINYINT SMALLINT INTEGER INT BIGINT REAL DOUBLE DECIMAL DEC NUMERIC VARCHAR CHAR VARBINARY JSON
  DATE TIME TIMESTAMP INTERVAL ARRAY MAP ROW UUID IPADDRESS HYPERLOGLOG QDIGEST TDIGEST`.split(
    /\s+/,
  ),
);

/** Reads a type, and translates it to a type of DuckDB. */
export function readType(reader: Reader): void {
  const token = reader.next;
  const name = token?.text.toUpperCase() ?? '';
  if (token?.kind !== 'word' || !KNOWN.has(name)) {
    throw reader.refuse('a type of Trino, such as varchar, bigint, double, date or timestamp');
  }
  void reader.take();
  if (RENAMED[name] !== undefined) {
    reader.edits.push({ start: token.start, end: token.end, text: RENAMED[name] });
  }
  if (name === 'INTERVAL') readInterval(reader);
  else if (name === 'TIMESTAMP' || name === 'TIME') readTime(reader);
  else if (name === 'ROW') readRow(reader, token.start, token.end);
  else if (name === 'ARRAY') readArray(reader, token.start, token.end);
  else if (name === 'DOUBLE') void reader.accept('PRECISION');
  else if (reader.accept('(')) {
    reader.list(() => readParameter(reader));
    reader.expect(')');
  }
}

function readParameter(reader: Reader): void {
  if (reader.next?.kind === 'number') void reader.take();
  else readType(reader);
}

export function readInterval(reader: Reader): void {
  if (reader.acceptOneOf(FIELDS) === undefined) throw reader.refuse(FIELDS.join(', '));
  if (reader.accept('TO') && reader.acceptOneOf(FIELDS) === undefined) {
    throw reader.refuse(FIELDS.join(', '));
  }
}

/** The precision is left out, because DuckDB has other types for other precisions. */
function readTime(reader: Reader): void {
  const start = reader.next?.start;
  if (reader.accept('(')) {
    if (reader.next?.kind !== 'number') throw reader.refuse('<number>');
    void reader.take();
    reader.expect(')');
    reader.edits.push({ start: start!, end: reader.previous!.end, text: '' });
  }
  if (!reader.accept('WITH', 'TIME', 'ZONE')) void reader.accept('WITHOUT', 'TIME', 'ZONE');
}

function readRow(reader: Reader, start: number, end: number): void {
  reader.edits.push({ start, end, text: 'STRUCT' });
  reader.expect('(');
  reader.list(() => {
    if (reader.isIdentifier() && reader.peek(1)?.kind === 'word') void reader.identifier();
    readType(reader);
  });
  reader.expect(')');
}

/** `array(varchar)` becomes `varchar[]`. */
function readArray(reader: Reader, start: number, end: number): void {
  reader.edits.push({ start, end, text: '' });
  const open = reader.next!;
  reader.expect('(');
  reader.edits.push({ start: open.start, end: open.end, text: '' });
  readType(reader);
  const close = reader.next!;
  reader.expect(')');
  reader.edits.push({ start: close.start, end: close.end, text: '[]' });
}
