import { expect, it } from 'vitest';
import { QueryError } from '../../../../aws/athena/query.ts';
import { waitForLake } from '../../../../cli/demo/wait-for-lake.ts';

const { signal } = new AbortController();
const answerCount = (n: number) => ({ columns: ['n'], types: ['bigint'], rows: [{ n }] });

it('the demo waits until the lake has every result, also while the keeper has not created the table', async () => {
  const counts = [undefined, 0, 2, 3, 9];
  let asked = 0;
  const query = async () => {
    const n = counts[asked];
    asked += 1;
    if (n === undefined) throw new QueryError("TABLE_NOT_FOUND: Table 'results' does not exist");
    return answerCount(n);
  };
  await waitForLake(query, 3, { signal });
  expect(asked).toBe(4);
});

it('the demo stops waiting after its time, and reports a query that fails', async () => {
  await waitForLake(async () => answerCount(1), 2, { signal, longest_ms: 10 });
  const query = () => Promise.reject(new QueryError('SYNTAX_ERROR: line 1:1'));
  await expect(waitForLake(query, 1, { signal })).rejects.toThrow('SYNTAX_ERROR');
});
