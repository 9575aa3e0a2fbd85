/** A syntax tree of DuckDB's parser, as returned by the function `json_serialize_sql`. */
export type Syntax = null | boolean | number | string | Syntax[] | { [name: string]: Syntax };
export type SyntaxNode = { [name: string]: Syntax };

/** Returns all nodes of a syntax tree. */
export function collectNodes(syntax: Syntax | undefined): SyntaxNode[] {
  if (typeof syntax !== 'object' || syntax === null) return [];
  if (Array.isArray(syntax)) return syntax.flatMap(collectNodes);
  return [syntax, ...Object.values(syntax).flatMap(collectNodes)];
}

/** A replacement for a range of bytes in a query. */
export interface Edit {
  at: number;
  bytes: number;
  text: string;
}
