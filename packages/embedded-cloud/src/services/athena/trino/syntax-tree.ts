import type { Token } from '../iceberg/tokens.ts';

/** A reference to a column, such as `text`, `r.text` or `r.scores.positive`. */
export interface Ref {
  names: string[];
  token: Token;
  /** The key, if a string in brackets follows the reference. */
  key?: string;
}

/** A comparison of a column with a string literal. */
export interface Comparison {
  ref: Ref;
  operator: string;
  literal: Token;
}

/** One entry of a SELECT list. */
export interface SelectItem {
  /** The name of the column, if the entry has one. */
  name?: string;
  /** Whether `AS` or the place after the expression gives the name. */
  is_alias: boolean;
  /** For `*` the empty string, for `r.*` the name of the relation. */
  star?: string;
  refs: Ref[];
}

export type Relation =
  | { kind: 'table'; database?: string; name: string; alias: string; columns?: string[] }
  | { kind: 'query'; query: Query; alias?: string; columns?: string[] }
  | { kind: 'unnest'; alias?: string; columns?: string[] };

/** One SELECT. */
export interface Select {
  kind: 'select';
  items: SelectItem[];
  relations: Relation[];
  /** The references in WHERE, GROUP BY, HAVING and the conditions of joins. */
  refs: Ref[];
  comparisons: Comparison[];
}

export type QueryBody =
  | Select
  | { kind: 'set'; left: QueryBody; right: QueryBody }
  | { kind: 'table'; database?: string; name: string }
  | { kind: 'values' }
  | { kind: 'nested'; query: Query };

export interface Query {
  with: { name: string; columns?: string[]; query: Query }[];
  body: QueryBody;
}
