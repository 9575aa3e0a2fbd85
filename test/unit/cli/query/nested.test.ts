import { expect, it } from 'vitest';
import type { Query } from '../../../../aws/athena/query.ts';
import { queryObjects } from '../../../../cli/query/nested.ts';

/** Answers every query with one row, and remembers the SQL. */
function createFake(types: Record<string, string>, row: Record<string, string>) {
  const asked: string[] = [];
  const query: Query = async (sql) => {
    asked.push(sql);
    return { columns: Object.keys(types), types: Object.values(types), rows: [row] };
  };
  return { query, asked };
}

it('rows, maps and arrays become objects and arrays, also if their texts look like others', async () => {
  const { query, asked } = createFake(
    { id: 'varchar', scores: 'row', 'my "map"': 'map' },
    { id: 'a', scores: '{"positive":0.5}', 'my "map"': '{"a":"b, c=d"}' },
  );
  const { rows } = await queryObjects(query, 'SELECT id, scores, m FROM results', {});
  expect(rows).toEqual([{ id: 'a', scores: { positive: 0.5 }, 'my "map"': { a: 'b, c=d' } }]);
  expect(asked).toEqual([
    'SELECT * FROM (SELECT id, scores, m FROM results\n) LIMIT 0',
    'SELECT q.c0 AS "id", json_format(CAST(q.c1 AS JSON)) AS "scores", json_format(CAST(q.c2 AS JSON)) AS "my ""map""" ' +
      'FROM (SELECT id, scores, m FROM results\n) AS q (c0, c1, c2)',
  ]);
});

it('a query without such columns runs as it is, and DESCRIBE is not asked for its types', async () => {
  const { query, asked } = createFake({ n: 'bigint' }, { n: '4' });
  await queryObjects(query, 'SELECT 4 AS n', {});
  await queryObjects(query, 'DESCRIBE results', {});
  expect(asked).toEqual([
    'SELECT * FROM (SELECT 4 AS n\n) LIMIT 0',
    'SELECT 4 AS n',
    'DESCRIBE results',
  ]);
});

it.each([
  ['SELECT s FROM t ORDER BY s', true],
  ['SELECT s FROM t ORDER BY s LIMIT 5', false],
  ['SELECT s FROM (SELECT s FROM t ORDER BY s) -- ORDER BY', false],
  ["SELECT array_agg(s ORDER BY s), ' ORDER BY ' FROM t", false],
])('the order of %s is kept by a limit: %s', async (sql, is_limited) => {
  const { query, asked } = createFake({ s: 'row' }, { s: '{}' });
  await queryObjects(query, sql, {});
  expect(asked[1]?.includes('LIMIT 2147483647')).toBe(is_limited);
});
