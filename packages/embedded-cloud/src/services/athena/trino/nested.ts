import type { Reader } from './reader.ts';

/** Whether a query in brackets follows. */
export function isQueryInBrackets(reader: Reader): boolean {
  let depth = 0;
  while (reader.peek(depth)?.text === '(') depth++;
  const word = reader.peek(depth)?.text.toUpperCase() ?? '';
  return depth > 0 && ['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(word);
}

export function readQueryInBrackets(reader: Reader): void {
  reader.expect('(');
  void reader.grammar.query(reader);
  reader.expect(')');
}
