import { StatementError, type Token, tokenize } from './partiql-tokens.ts';

/** A DynamoDB value in its wire form: `{S: "text"}`. */
export type AttributeValue = Record<string, unknown>;
export type Item = Record<string, AttributeValue>;

/** `INSERT INTO "table" VALUE {…}` as a put that must find nothing in its place. */
export interface Insert {
  table: string;
  item: Item;
}

interface Cursor {
  next(): Token | undefined;
  peek(): Token | undefined;
}

/**
 * Parses the one form of PartiQL that the embedded DynamoDB knows: an INSERT of one item, its values given as
 * parameters or written out.
 *
 * @throws {StatementError} for any other statement; and where parameters and question marks are not as many.
 */
export function parseInsert(statement: string, parameters: AttributeValue[]): Insert {
  const tokens = tokenize(statement);
  let at = 0;
  const cursor: Cursor = { next: () => tokens[at++], peek: () => tokens[at] };
  for (const word of ['INSERT', 'INTO']) expectWord(cursor, word);
  const table = tableName(cursor.next());
  expectWord(cursor, 'VALUE');
  const unused = [...parameters];
  const value = parseValue(cursor, unused);
  if (cursor.peek() !== undefined) throw new StatementError('text after the item');
  if (unused.length > 0) throw new StatementError('more parameters than question marks');
  if (value.M === undefined) throw new StatementError('VALUE is followed by {…}');
  return { table, item: value.M as Item };
}

/** The table of a statement that may be wrong in what follows: enough to ask for the permission. */
export function tableOf(statement: string): string | undefined {
  try {
    const [insert, into, table] = tokenize(statement);
    return isWord(insert, 'INSERT') && isWord(into, 'INTO') ? tableName(table) : undefined;
  } catch {
    return undefined;
  }
}

function tableName(token: Token | undefined): string {
  if (token?.kind === 'name' || token?.kind === 'word') return token.text;
  throw new StatementError('INSERT INTO is followed by a table');
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
  if (token?.kind === 'word') return wordValue(token.text);
  if (token?.kind === 'mark') return markValue(token.text, cursor, parameters);
  throw new StatementError('expected a value');
}

function wordValue(word: string): AttributeValue {
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

function markValue(mark: string, cursor: Cursor, parameters: AttributeValue[]): AttributeValue {
  if (mark === '?') {
    const parameter = parameters.shift();
    if (parameter === undefined) throw new StatementError('fewer parameters than question marks');
    return parameter;
  }
  if (mark === '[') return { L: parseList(cursor, parameters, ']') };
  if (mark === '<<') return setOf(parseList(cursor, parameters, '>>'));
  if (mark === '{') return { M: parseMap(cursor, parameters) };
  throw new StatementError('expected a value');
}

/** Reads `one`, `, another` … up to the closing mark. */
function readUntil(cursor: Cursor, close: string, readOne: () => void): void {
  if (isMark(cursor.peek(), close)) {
    cursor.next();
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
    if (key?.kind !== 'string') throw new StatementError("attribute names stand in 'quotes'");
    if (entries.has(key.text)) throw new StatementError('an attribute is named twice');
    if (!isMark(cursor.next(), ':')) throw new StatementError('expected :');
    entries.set(key.text, parseValue(cursor, parameters));
  });
  return Object.fromEntries(entries);
}

function setOf(members: AttributeValue[]): AttributeValue {
  const types = new Set(members.flatMap(Object.keys));
  const [type] = types;
  if (types.size !== 1 || (type !== 'S' && type !== 'N')) {
    throw new StatementError('a set holds texts or numbers');
  }
  return { [`${type}S`]: members.map((member) => member[type]) };
}
