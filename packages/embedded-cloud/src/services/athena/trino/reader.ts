import { QueryFailure } from '../failure.ts';
import { readName, type Token, tokenize } from '../iceberg/tokens.ts';
import type { Comparison, Query, Ref } from './syntax-tree.ts';
import { HINTS, RESERVED } from './words.ts';

/** A call of a function. */
export interface Call {
  name: string;
  token: Token;
  /** The tokens that separate the arguments, with the brackets around these. */
  separators: Token[];
}

/** A replacement of a part of the SQL, by positions in the string. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
  /** Whether the text belongs to what stands before the position. */
  is_end?: boolean;
}

/** A parameter of a lambda. */
export interface Parameter {
  name: string;
  /** SQL that takes the place of the name. Undefined if the name stays. */
  sql: string | undefined;
}

/** The parts of the grammar that contain each other. */
export interface Grammar {
  query(reader: Reader): Query;
  expression(reader: Reader): void;
}

/** Reads the tokens of a Trino statement, and collects what the checks and the translation need. */
export class Reader {
  readonly sql: string;
  readonly grammar: Grammar;
  readonly calls: Call[] = [];
  readonly edits: TextEdit[] = [];
  /** References to columns in the part of a query that is being read. */
  refs: Ref[] = [];
  comparisons: Comparison[] = [];
  /** The parameters of the lambdas around the current token. */
  readonly parameters: Parameter[] = [];
  readonly #tokens: Token[];
  #at = 0;

  constructor(sql: string, grammar: Grammar) {
    this.sql = sql;
    this.grammar = grammar;
    this.#tokens = tokenize(sql);
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  get previous(): Token | undefined {
    return this.#tokens[this.#at - 1];
  }

  peek(distance: number): Token | undefined {
    return this.#tokens[this.#at + distance];
  }

  /** Finds the parameter of the innermost lambda that has one of this name. */
  findParameter(name: string): Parameter | undefined {
    return this.parameters.findLast((parameter) => parameter.name === name);
  }

  /** Whether the next tokens are these words or symbols. */
  isNext(...texts: string[]): boolean {
    return texts.every((text, i) => isText(this.peek(i), text));
  }

  isOneOf(texts: string[]): boolean {
    return texts.some((text) => this.isNext(text));
  }

  accept(...texts: string[]): boolean {
    const found = this.isNext(...texts);
    if (found) this.#at += texts.length;
    return found;
  }

  acceptOneOf(texts: string[]): string | undefined {
    return texts.find((text) => this.accept(text));
  }

  expect(...texts: string[]): void {
    for (const text of texts) if (!this.accept(text)) throw this.refuse(text);
  }

  take(): Token {
    return this.#tokens[this.#at++]!;
  }

  isIdentifier(distance = 0): boolean {
    const token = this.peek(distance);
    if (token?.kind === 'quoted') return token.text.startsWith('"');
    return token?.kind === 'word' && !RESERVED.has(token.text.toUpperCase());
  }

  identifier(): string {
    if (!this.isIdentifier()) throw this.refuse('<identifier>');
    return readName(this.take()).toLowerCase();
  }

  string(): Token {
    if (this.next?.kind !== 'string') throw this.refuse('<string>');
    return this.take();
  }

  /** Reads items that are separated by commas. */
  list<T>(readItem: () => T): T[] {
    const items = [readItem()];
    while (this.accept(',')) items.push(readItem());
    return items;
  }

  /** Moves back to a position, for a rule that turned out to be another one. */
  attempt(rule: () => boolean): boolean {
    const at = this.#at;
    const found = rule();
    if (!found) this.#at = at;
    return found;
  }

  /** Creates the error for a token that the grammar does not allow. */
  refuse(expected: string): QueryFailure {
    const { next, previous } = this;
    const [hint] = [next, previous].flatMap((token) => findHint(token) ?? []);
    const word = next?.kind === 'word' ? next.text.toUpperCase() : '';
    if (expected === '<identifier>' && hint === undefined && RESERVED.has(word)) {
      return this.refuse(
        `<identifier>. ${word} is a reserved word: use another name, or "${word.toLowerCase()}"`,
      );
    }
    const { start = this.sql.length, text = '<EOF>' } = next ?? {};
    return new QueryFailure(
      'SYNTAX_ERROR',
      `${this.locate(start)}: mismatched input '${text}'. Expecting: ${expected}${hint === undefined ? '' : `. ${hint}`}`,
    );
  }

  /** Returns a position as line and column. */
  locate(position: number): string {
    const lines = this.sql.slice(0, position).split('\n');
    return `line ${lines.length}:${lines.at(-1)!.length + 1}`;
  }
}

function findHint(token: Token | undefined): string | undefined {
  const text = token?.text.toUpperCase() ?? '';
  return HINTS[text.startsWith('`') ? '`' : text];
}

function isText(token: Token | undefined, text: string): boolean {
  if (token === undefined || token.kind === 'string' || token.kind === 'quoted') return false;
  return token.text.toUpperCase() === text;
}
