import { QueryFailure } from '../failure.ts';

/** One token of SQL, with its position in the text. */
export interface Token {
  kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol';
  /** The text as written, with its quotation marks. */
  text: string;
  start: number;
  end: number;
}

const PATTERNS: [Token['kind'] | 'skip', RegExp][] = [
  ['skip', /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"|`[^`]*`/y],
  ['number', /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['symbol', /<>|<=|>=|!=|\|\||->|=>|[\s\S]/y],
];

/**
 * Splits SQL into tokens. Whitespace and comments are left out.
 *
 * @throws {QueryFailure} SYNTAX_ERROR, if a quotation mark has no partner
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = matchAt(sql, at);
    const text = sql.slice(at, end);
    if (kind === 'symbol' && /['"`]/.test(text)) {
      throw new QueryFailure('SYNTAX_ERROR', `The quotation mark ${text} is not closed`);
    }
    if (kind !== 'skip') tokens.push({ kind, text, start: at, end });
    at = end;
  }
  return tokens;
}

function matchAt(sql: string, at: number) {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    if (pattern.test(sql)) return { kind, end: pattern.lastIndex };
  }
  return { kind: 'symbol' as const, end: at + 1 };
}

/** Returns the name that an identifier or a string writes, without its quotation marks. */
export function readName({ kind, text }: Token): string {
  if (kind === 'quoted' && text.startsWith('"')) return text.slice(1, -1).replaceAll('""', '"');
  if (kind === 'quoted') return text.slice(1, -1);
  return kind === 'string' ? text.slice(1, -1).replaceAll("''", "'") : text.toLowerCase();
}
