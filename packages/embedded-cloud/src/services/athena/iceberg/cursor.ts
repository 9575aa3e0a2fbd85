import { QueryFailure } from '../failure.ts';
import { readName, type Token, tokenize } from './tokens.ts';

/** The name of a table. Without a database, the table is in the database of the query. */
export interface TableName {
  database?: string;
  name: string;
}

const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

/** Reads the tokens of one SQL statement from the start to the end. */
export class Cursor {
  readonly sql: string;
  readonly #tokens: Token[];
  #at = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.#tokens = tokenize(sql);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Whether the next tokens are these words or symbols. */
  isNext(...texts: string[]): boolean {
    return texts.every((text, i) => {
      const token = this.#tokens[this.#at + i];
      return token !== undefined && token.kind !== 'string' && token.text.toUpperCase() === text;
    });
  }

  /** Moves past the given words or symbols if they are next. @returns whether they were next */
  accept(...texts: string[]): boolean {
    const found = this.isNext(...texts);
    if (found) this.#at += texts.length;
    return found;
  }

  /** @throws {QueryFailure} SYNTAX_ERROR, if the next tokens are others */
  expect(...texts: string[]): void {
    if (!this.accept(...texts)) throw this.refuse(texts.join(' '));
  }

  /** Creates the error for an unexpected token. */
  refuse(expected: string): QueryFailure {
    const token = this.#tokens[this.#at];
    const { start = this.sql.length } = token ?? {};
    const lines = this.sql.slice(0, start).split('\n');
    const found = token === undefined ? '<EOF>' : token.text;
    return new QueryFailure(
      'SYNTAX_ERROR',
      `line ${lines.length}:${lines.at(-1)!.length + 1}: mismatched input '${found}'. Expecting: ${expected}`,
    );
  }

  readIdentifier(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw this.refuse('<identifier>');
    this.#at++;
    return readName(token).toLowerCase();
  }

  readString(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'string') throw this.refuse('<string>');
    this.#at++;
    return readName(token);
  }

  readTableName(): TableName {
    const parts = [this.readIdentifier()];
    while (this.accept('.')) parts.push(this.readIdentifier());
    const [name = '', database] = parts.reverse();
    return database === undefined ? { name } : { database, name };
  }

  /**
   * Reads items in brackets that are separated by commas.
   *
   * @param readItem reads one item
   */
  readList<T>(readItem: () => T): T[] {
    this.expect('(');
    const items = [readItem()];
    while (this.accept(',')) items.push(readItem());
    this.expect(')');
    return items;
  }

  /**
   * Reads SQL up to one of the given words, which must stand outside of all brackets and CASE
   * expressions, or up to a closing bracket.
   *
   * @returns the SQL as written
   */
  readSql(...stops: string[]): string {
    const first = this.#at;
    for (let depth = 0; !this.isAtEnd; this.#at++) {
      const text = this.#tokens[this.#at]!.text.toUpperCase();
      if (depth === 0 && (CLOSING.has(text) || stops.some((stop) => this.isNext(stop)))) break;
      if (OPENING.has(text) || text === 'CASE') depth++;
      if (CLOSING.has(text) || text === 'END') depth--;
    }
    if (this.#at === first) throw this.refuse('<expression>');
    return this.sql.slice(this.#tokens[first]!.start, this.#tokens[this.#at - 1]!.end);
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw this.refuse('<EOF>');
  }
}
