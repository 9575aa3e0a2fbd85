import { readTokens, StatementError, type Token } from './partiql-tokens.ts';

/** A DynamoDB value in the format of the API, for example `{S: "text"}`. */
export type AttributeValue = Record<string, unknown>;
export type Item = Record<string, AttributeValue>;

/** The table and the item of the statement `INSERT INTO "table" VALUE {…}`. */
export interface Insert {
  table: string;
  item: Item;
}

interface Cursor {
  next(): Token | undefined;
  peek(): Token | undefined;
}

/**
 * Parses an INSERT of one item. No other PartiQL statement is emulated. The values of the item are
 * parameters or literals.
 *
 * @throws {StatementError} for any other statement, or if the number of parameters differs from the
 * number of question marks
 */
export function parseInsert(statement: string, parameters: AttributeValue[]): Insert {
  const tokens = readTokens(statement);
  let at = 0;
  const cursor: Cursor = { next: () => tokens[at++], peek: () => tokens[at] };
  for (const word of ['INSERT', 'INTO']) expectWord(cursor, word);
  const table = readTableName(cursor.next());
  expectWord(cursor, 'VALUE');
  const unused = [...parameters];
  const value = parseValue(cursor, unused);
  if (cursor.peek() !== undefined) throw new StatementError('unexpected text after the item');
  if (unused.length > 0) throw new StatementError('more parameters than question marks');
  if (value.M === undefined) throw new StatementError('expected {…} after VALUE');
  return { table, item: value.M as Item };
}

/**
 * Finds the table of an INSERT, so that the permission for the table can be checked. The table is
 * found even if the rest of the statement is invalid.
 */
export function findTableName(statement: string): string | undefined {
  try {
    const [insert, into, table] = readTokens(statement);
    return isWord(insert, 'INSERT') && isWord(into, 'INTO') ? readTableName(table) : undefined;
  } catch {
    return undefined;
  }
}

function readTableName(token: Token | undefined): string {
  if (token?.kind === 'name' || token?.kind === 'word') return token.text;
  throw new StatementError('expected a table after INSERT INTO');
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word;
}

function expectWord(cursor: Cursor, word: string): void {
  if (!isWord(cursor.next(), word)) throw new StatementError(`expected ${word}`);
}

function parseValue(cursor: Cursor, parameters: AttributeValue[]): AttributeValue {
  const token = cursor.next();
  if (token?.kind === 'string') return { S: token.text };
  if (token?.kind === 'number') return { N: token.text };
  if (token?.kind === 'word') return parseWord(token.text);
  if (token?.kind === 'mark') return parseMark(token.text, cursor, parameters);
  throw new StatementError('expected a value');
}

function parseWord(word: string): AttributeValue {
  switch (word.toLowerCase()) {
    case 'true':
      return { BOOL: true };
    case 'false':
      return { BOOL: false };
    case 'null':
      return { NULL: true };
    default:
      throw new StatementError('expected a value');
  }
}

function parseMark(mark: string, cursor: Cursor, parameters: AttributeValue[]): AttributeValue {
  if (mark === '?') {
    const parameter = parameters.shift();
    if (parameter === undefined) throw new StatementError('fewer parameters than question marks');
    return parameter;
  }
  if (mark === '[') return { L: parseList(cursor, parameters, ']') };
  if (mark === '<<') return createSet(parseList(cursor, parameters, '>>'));
  if (mark === '{') return { M: parseMap(cursor, parameters) };
  throw new StatementError('expected a value');
}

/**
 * Reads elements that are separated by commas, up to and including the closing mark. `readOne`
 * reads one element.
 */
function readUntil(cursor: Cursor, close: string, readOne: () => void): void {
  if (isMark(cursor.peek(), close)) {
    void cursor.next();
    return;
  }
  for (;;) {
    readOne();
    const separator = cursor.next();
    if (isMark(separator, close)) return;
    if (!isMark(separator, ',')) throw new StatementError(`expected , or ${close}`);
  }
}

function isMark(token: Token | undefined, mark: string): boolean {
  return token?.kind === 'mark' && token.text === mark;
}

function parseList(cursor: Cursor, parameters: AttributeValue[], close: string): AttributeValue[] {
  const list: AttributeValue[] = [];
  readUntil(cursor, close, () => list.push(parseValue(cursor, parameters)));
  return list;
}

function parseMap(cursor: Cursor, parameters: AttributeValue[]): Item {
  const entries = new Map<string, AttributeValue>();
  readUntil(cursor, '}', () => {
    const key = cursor.next();
    if (key?.kind !== 'string') throw new StatementError("expected an attribute name in 'quotes'");
    if (entries.has(key.text)) throw new StatementError('duplicate attribute name');
    if (!isMark(cursor.next(), ':')) throw new StatementError('expected :');
    entries.set(key.text, parseValue(cursor, parameters));
  });
  return Object.fromEntries(entries);
}

function createSet(members: AttributeValue[]): AttributeValue {
  const types = new Set(members.flatMap(Object.keys));
  const [type] = types;
  if (types.size !== 1 || (type !== 'S' && type !== 'N')) {
    throw new StatementError('expected a set of texts or of numbers');
  }
  return { [`${type}S`]: members.map((member) => member[type]) };
}
