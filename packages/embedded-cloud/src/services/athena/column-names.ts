import type { SyntaxNode } from './guard.ts';

/**
 * Names the columns of a result as Trino does: an expression without an alias is named `_col0` by its position.
 *
 * @param query the syntax tree of the query
 * @param names the names that DuckDB chose
 */
export function nameColumns(query: SyntaxNode, names: string[]): string[] {
  const list = findSelectList(query);
  const stars = list.filter(({ class: kind }) => kind === 'STAR').length;
  if (stars > 1 || (stars === 0 && list.length !== names.length)) return names;
  const star = list.findIndex(({ class: kind }) => kind === 'STAR');
  const renamed = [...names];
  for (const [i, item] of list.entries()) {
    if (item.class === 'STAR' || item.class === 'COLUMN_REF' || item.alias !== '') continue;
    // After a star, the position is counted from the end, because the star's number of columns is unknown.
    const position = star >= 0 && i > star ? names.length - (list.length - i) : i;
    renamed[position] = `_col${position}`;
  }
  return renamed;
}

/** The columns of a UNION have the names of its first query. */
function findSelectList(query: SyntaxNode): SyntaxNode[] {
  for (let node: SyntaxNode | undefined = query; node !== undefined; ) {
    if (Array.isArray(node.select_list)) return node.select_list as SyntaxNode[];
    node = (node.left ?? (node.children as SyntaxNode[] | undefined)?.[0]) as
      | SyntaxNode
      | undefined;
  }
  return [];
}
