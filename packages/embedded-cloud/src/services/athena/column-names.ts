import type { Syntax } from './guard.ts';

type SyntaxNode = { [name: string]: Syntax };

/**
 * Names a result's columns as Trino does: an expression without a name of its own is `_col0` by its position.
 * @param query the query's syntax tree
 * @param names as the engine made them
 */
export function columnNames(query: SyntaxNode, names: string[]): string[] {
  const list = selectList(query);
  const stars = list.filter(({ class: kind }) => kind === 'STAR').length;
  if (stars > 1 || (stars === 0 && list.length !== names.length)) return names;
  const star = list.findIndex(({ class: kind }) => kind === 'STAR');
  const renamed = [...names];
  for (const [i, item] of list.entries()) {
    if (item.class === 'STAR' || item.class === 'COLUMN_REF' || item.alias !== '') continue;
    // What stands after a star is counted from the end: the star is as many columns as its table has.
    const position = star >= 0 && i > star ? names.length - (list.length - i) : i;
    renamed[position] = `_col${position}`;
  }
  return renamed;
}

/** A UNION is named by its first query. */
function selectList(query: SyntaxNode): SyntaxNode[] {
  for (let node: SyntaxNode | undefined = query; node !== undefined; ) {
    if (Array.isArray(node.select_list)) return node.select_list as SyntaxNode[];
    node = (node.left ?? (node.children as SyntaxNode[] | undefined)?.[0]) as
      | SyntaxNode
      | undefined;
  }
  return [];
}
