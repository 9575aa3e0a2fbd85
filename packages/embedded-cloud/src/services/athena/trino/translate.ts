import { translateCalls } from './functions.ts';
import { parseTrino } from './parse.ts';
import type { TextEdit } from './reader.ts';
import { checkColumns, type FindColumns } from './scope.ts';

/**
 * Checks a query as Trino would, and translates what DuckDB writes or computes in another way.
 *
 * @param find finds the columns of a table
 * @throws {QueryFailure} if Trino would refuse the query
 */
export function translateTrino(sql: string, find: FindColumns): string {
  const { reader, query } = parseTrino(sql);
  translateCalls(reader);
  checkColumns(reader, query, find);
  return applyEdits(sql, reader.edits);
}

/**
 * Applies edits. At one position, the end of what stands before comes first. An expression is read
 * before the expression around it, so its start comes last and its end comes first.
 */
function applyEdits(sql: string, edits: TextEdit[]): string {
  const rank = ({ start, end, is_end }: TextEdit) => (is_end ? 0 : start === end ? 1 : 2);
  const ordered = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => {
      const [first, second] = [rank(a.edit), rank(b.edit)];
      if (a.edit.start !== b.edit.start) return a.edit.start - b.edit.start;
      if (first !== second) return first - second;
      return first === 1 ? b.index - a.index : a.index - b.index;
    });
  let at = 0;
  let translated = '';
  for (const { edit } of ordered) {
    translated += sql.slice(at, edit.start) + edit.text;
    at = Math.max(at, edit.end);
  }
  return translated + sql.slice(at);
}
