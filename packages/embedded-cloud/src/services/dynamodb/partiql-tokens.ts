/** A token of a PartiQL statement. */
export type Token =
  /** An unquoted word, for example `INSERT`, `true` or a table name. */
  | { kind: 'word'; text: string }
  /** A name in double quotes, for example `"table"`. */
  | { kind: 'name'; text: string }
  /** A string in single quotes, for example `'text'`. */
  | { kind: 'string'; text: string }
  | { kind: 'number'; text: string }
  /** One of the marks `{ } [ ] << >> : , ?`. */
  | { kind: 'mark'; text: string };

/** Error for a statement that is not valid or not emulated. */
export class StatementError extends Error {
  override name = 'StatementError';
}

const MARKS = ['<<', '>>', '{', '}', '[', ']', ':', ',', '?'];
const WORD = /[A-Za-z_][A-Za-z0-9_.-]*/y;
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /\s+/y;

/** Number of statements whose tokens are kept. A program has few statements if it uses parameters. */
const MOST_KEPT = 500;
const kept = new Map<string, readonly Token[]>();

/**
 * Returns the tokens of a statement, and keeps them for the next call with the same statement.
 *
 * @throws {StatementError} at a character that cannot start a token
 */
export function readTokens(statement: string): readonly Token[] {
  const known = kept.get(statement);
  if (known !== undefined) return known;
  const tokens = tokenize(statement);
  // Only statements with parameters are sent again.
  if (!statement.includes('?')) return tokens;
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(statement, tokens);
  return tokens;
}

/**
 * Splits a statement into tokens.
 *
 * @throws {StatementError} at a character that cannot start a token
 */
function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(statement)?.[0];
  };
  while (at < statement.length) {
    const space = match(SPACE);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const quote = statement.charAt(at);
    if (quote === '"' || quote === "'") {
      const { text, end } = readQuoted(statement, at);
      tokens.push({ kind: quote === '"' ? 'name' : 'string', text });
      at = end;
      continue;
    }
    const token = readPlainToken(statement, at, match);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function readPlainToken(
  statement: string,
  at: number,
  match: (pattern: RegExp) => string | undefined,
): Token {
  const mark = MARKS.find((text) => statement.startsWith(text, at));
  if (mark !== undefined) return { kind: 'mark', text: mark };
  const number = match(NUMBER);
  if (number !== undefined) return { kind: 'number', text: number };
  const word = match(WORD);
  if (word !== undefined) return { kind: 'word', text: word };
  throw new StatementError(`unexpected character at position ${at + 1}`);
}

/**
 * Reads a quoted string up to the closing quote. Two quotes in a row stand for one quote in the
 * string.
 */
function readQuoted(statement: string, start: number): { text: string; end: number } {
  const quote = statement.charAt(start);
  let text = '';
  let at = start + 1;
  while (at < statement.length) {
    const character = statement.charAt(at);
    if (character !== quote) text += character;
    else if (statement.charAt(at + 1) === quote) {
      text += quote;
      at += 1;
    } else return { text, end: at + 1 };
    at += 1;
  }
  throw new StatementError(`the quote at position ${start + 1} is not closed`);
}
