import type { Reader } from './reader.ts';

/** Reads OVER and the window after it. */
export function readOver(reader: Reader): void {
  reader.expect('OVER');
  if (reader.isIdentifier()) {
    void reader.identifier();
    return;
  }
  reader.expect('(');
  readWindow(reader);
  reader.expect(')');
}

/** Reads a window between its brackets. */
export function readWindow(reader: Reader): void {
  if (reader.isIdentifier() && !reader.isOneOf(['PARTITION', 'ROWS', 'RANGE', 'GROUPS'])) {
    void reader.identifier();
  }
  if (reader.accept('PARTITION', 'BY')) reader.list(() => reader.grammar.expression(reader));
  if (reader.accept('ORDER', 'BY')) {
    reader.list(() => {
      reader.grammar.expression(reader);
      void reader.acceptOneOf(['ASC', 'DESC']);
      if (reader.accept('NULLS')) void reader.acceptOneOf(['FIRST', 'LAST']);
    });
  }
  if (reader.acceptOneOf(['ROWS', 'RANGE', 'GROUPS']) === undefined) return;
  const has_end = reader.accept('BETWEEN');
  readBound(reader);
  if (!has_end) return;
  reader.expect('AND');
  readBound(reader);
}

function readBound(reader: Reader): void {
  if (reader.accept('CURRENT', 'ROW')) return;
  if (!reader.accept('UNBOUNDED')) reader.grammar.expression(reader);
  if (reader.acceptOneOf(['PRECEDING', 'FOLLOWING']) === undefined) {
    throw reader.refuse('PRECEDING, FOLLOWING');
  }
}
