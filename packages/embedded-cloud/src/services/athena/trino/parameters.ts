import { QueryFailure } from '../failure.ts';
import { tokenize } from '../iceberg/tokens.ts';
import { parseTrino } from './parse.ts';

/**
 * Replaces the question marks of a statement with values.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 *
 * @param values SQL of one value for each question mark, such as `'NEGATIVE'` or `DATE '2026-11-23'`
 * @throws {QueryFailure} SYNTAX_ERROR, if there are more or fewer values, or a value is no expression
 */
export function bindParameters(sql: string, values: string[]): string {
  const marks = tokenize(sql).filter(({ kind, text }) => kind === 'symbol' && text === '?');
  if (marks.length !== values.length) {
    throw new QueryFailure(
      'SYNTAX_ERROR',
      `line 1:1: Incorrect number of parameters: expected ${marks.length} but found ${values.length}`,
    );
  }
  let at = 0;
  let bound = '';
  for (const [i, { start, end }] of marks.entries()) {
    void parseTrino(`SELECT (${values[i]!}\n)`);
    bound += sql.slice(at, start) + values[i]!;
    at = end;
  }
  return bound + sql.slice(at);
}
