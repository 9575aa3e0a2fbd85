import type { SyntaxNode } from './syntax.ts';

/**
 * Returns the column names that Trino would give to a query result. If an expression
 * has no alias, Trino derives the name from the position of the column: `_col0`, `_col1` and so on.
 *
 * @param query the syntax tree of the query
 * @param names the column names that DuckDB chose
 */
export function nameColumns(query: SyntaxNode, names: string[]): string[] {
  const list = findSelectList(query);
  const stars = list.filter(({ class: kind }) => kind === 'STAR').length;
  if (stars > 1 || (stars === 0 && list.length !== names.length)) return names;
  const star = list.findIndex(({ class: kind }) => kind === 'STAR');
  const renamed = [...names];
  for (const [i, item] of list.entries()) {
    if (item.class === 'STAR' || item.class === 'COLUMN_REF' || item.alias !== '') continue;
    // The number of columns that `*` selects is unknown. Therefore, the positions after `*` are
    // counted backward from the last column.
    const position = star >= 0 && i > star ? names.length - (list.length - i) : i;
    renamed[position] = `_col${position}`;
  }
  return renamed;
}

/**
 * Finds the select list that names the columns. The first query of a UNION names the columns of the
 * whole UNION.
 */
function findSelectList(query: SyntaxNode): SyntaxNode[] {
  for (let node: SyntaxNode | undefined = query; node !== undefined; ) {
    if (Array.isArray(node.select_list)) return node.select_list as SyntaxNode[];
    node = (node.left ?? (node.children as SyntaxNode[] | undefined)?.[0]) as
      | SyntaxNode
      | undefined;
  }
  return [];
}
