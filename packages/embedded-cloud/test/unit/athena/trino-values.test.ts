import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../src/services/athena/engine.ts';

// The values that functions of Trino return. Source: https://trino.io/docs/current/functions.html

let s3Dir: string;
let engine: Engine;
beforeAll(async () => {
  s3Dir = await mkdtemp(join(tmpdir(), 'trino-'));
  engine = await createEngine({ glue: { databases: [], tables: [] }, s3Dir, now: () => 0 });
});
afterAll(async () => {
  engine.close();
  await rm(s3Dir, { recursive: true });
});
async function select(sql: string) {
  const { rows } = await engine.select(sql, 'default', { signal: new AbortController().signal });
  return rows;
}

const T = "TIMESTAMP '2026-01-01 23:30:00'";
const MAP = "map(ARRAY['product', 'empty'], ARRAY['Kettle', NULL])";
it.each([
  [
    `date_format(${T}, '%x-W%v %Y-%m-%d %H:%i:%s %M %W %e %c %y %z')`,
    '2026-W01 2026-01-01 23:30:00 January Thursday 1 1 26 z',
  ],
  ["date_parse('01.11.2026 07:05', '%d.%m.%Y %H:%i')", '2026-11-01 07:05:00.000'],
  [`format_datetime(${T}, 'yyyy-MM-dd HH:mm EEEE')`, '2026-01-01 23:30 Thursday'],
  [`hour(${T} AT TIME ZONE 'Europe/Berlin')`, '0'],
  [`date(${T} AT TIME ZONE 'Europe/Berlin')`, '2026-01-02'],
  [`hour(at_timezone(${T}, 'America/New_York'))`, '18'],
  ["hour(from_iso8601_timestamp('2026-07-01T10:00:00Z') AT TIME ZONE 'Europe/Berlin')", '12'],
  [`date_diff('day', ${T}, TIMESTAMP '2026-01-02 01:00:00')`, '0'],
  ["date_diff('day', DATE '2026-01-01', DATE '2026-02-01')", '31'],
  ["date_add('month', 1, DATE '2026-01-31')", '2026-02-28'],
  [`date_add('hour', -24, ${T})`, '2025-12-31 23:30:00.000'],
  ["date_trunc('week', DATE '2026-11-27')", '2026-11-23'],
  [`date_trunc('hour', ${T})`, '2026-01-01 23:00:00.000'],
  [`day_of_week(${T})`, '4'],
  ["DATE '2026-11-27' - INTERVAL '7' DAY", '2026-11-20'],
  [`${T} + INTERVAL '1' DAY - INTERVAL '30' MINUTE`, '2026-01-02 23:00:00.000'],
  [`dow(DATE '2026-11-29')`, '7'],
  [`week(${T})`, '1'],
  [`year_of_week(DATE '2027-01-01')`, '2026'],
  ["last_day_of_month(DATE '2026-02-03')", '2026-02-28'],
  [`element_at(${MAP}, 'product')`, 'Kettle'],
  [`element_at(${MAP}, 'colour')`, undefined],
  [`${MAP}['product']`, 'Kettle'],
  [`${MAP}['empty']`, undefined],
  ['ARRAY[4, 5][2]', '5'],
  [`cardinality(${MAP})`, '2'],
  [`map_keys(${MAP})`, '[product, empty]'],
  ["concat('a', NULL)", undefined],
  ["concat('a', 'b', 'c')", 'abc'],
  ["'a' || CAST(1 AS varchar)", 'a1'],
  ["regexp_like('Lieferung', '(?i)lief')", 'true'],
  ["regexp_extract('no number', '[0-9]+')", undefined],
  ["regexp_extract('order 123', '([0-9]+)', 1)", '123'],
  ["regexp_replace('a1b2', '[0-9]')", 'ab'],
  ["regexp_replace('a1b2', '([a-z])([0-9])', '$2$1')", '1a2b'],
  ["split_part('a-b', '-', 3)", undefined],
  ["replace('a-b', '-')", 'ab'],
  ["strpos('delivery', 'very')", '5'],
  ['greatest(1, NULL)', undefined],
  ['least(3, 1, 2)', '1'],
  ["TRY_CAST('4,5' AS double)", undefined],
  ["TRY_CAST('4.5' AS double)", '4.5'],
  ['5 / 2', '2'],
  ['round(2.567, 1)', '2.6'],
  ['json_extract_scalar(\'{"a": {"b": 7}}\', \'$.a.b\')', '7'],
  ['json_value(\'{"a": "x"}\', \'lax $.a\')', 'x'],
  ["json_array_length('[1, 2]')", '2'],
  ['json_format(json_parse(\'{"a": 1}\'))', '{"a":1}'],
  ["if(1 > 2, 'a', 'b')", 'b'],
  ["nullif('', '')", undefined],
  ["typeof('a')", 'varchar'],
  ["array_join(array_sort(ARRAY['b', 'a']), ',')", 'a,b'],
  ["array_position(ARRAY['a'], 'b')", '0'],
  ["contains(ARRAY['a'], 'a')", 'true'],
  ['transform(sequence(1, 3), x -> x * 2)', '[2, 4, 6]'],
  ["transform_values(map(ARRAY['a', 'b'], ARRAY['1', 'x']), (k, v) -> k || v)", '{a=a1, b=bx}'],
  ['transform_values(CAST(NULL AS map(varchar, varchar)), (k, v) -> v)', undefined],
  ["map_filter(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1 OR k = 'c')", '{b=2}'],
  [
    "transform_values(map(ARRAY['a'], ARRAY[2]), (k, v) -> transform_values(map(ARRAY['b'], ARRAY[3]), (k, w) -> k || CAST(v * w AS varchar)))",
    '{a={b=b6}}',
  ],
  ["CAST(ROW(1, 'x') AS ROW(id integer, name varchar)).name", 'x'],
  ['CAST(ARRAY[1] AS array(varchar))', '[1]'],
  ["url_extract_host('https://shop.example/a')", 'shop.example'],
])('%s is %s', async (expression, expected) => {
  expect(await select(`SELECT ${expression}`)).toEqual([[expected]]);
});

it.each([
  [`${MAP}['colour']`, 'INVALID_FUNCTION_ARGUMENT: Key not present in map: colour'],
  ['ARRAY[4, 5][3]', 'INVALID_FUNCTION_ARGUMENT: Array subscript'],
  [
    `date_format(${T}, '%U')`,
    'INVALID_FUNCTION_ARGUMENT: %U not currently supported in date format string',
  ],
  [
    "word_stem('running')",
    'NOT_SUPPORTED: The embedded Athena lacks the function word_stem of Athena',
  ],
  [`element_at(${MAP}, 'product') > 4`, 'SYNTAX_ERROR: Cannot compare values of type VARCHAR'],
])('%s fails as in Trino', async (expression, expected) => {
  await expect(select(`SELECT ${expression} FROM UNNEST(ARRAY[1]) AS t(x)`)).rejects.toThrow(
    new RegExp(expected),
  );
});

it('UNNEST makes columns of the keys and values of a map, and pads arrays of other lengths', async () => {
  expect(
    await select(
      `SELECT k, v FROM (SELECT ${MAP} AS m) t CROSS JOIN UNNEST(m) AS u(k, v) ORDER BY k DESC`,
    ),
  ).toEqual([
    ['product', 'Kettle'],
    ['empty', undefined],
  ]);
  expect(
    await select("SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x']) AS t(a, b) ORDER BY a"),
  ).toEqual([
    ['1', 'x'],
    ['2', undefined],
  ]);
  expect(
    await select(
      "SELECT listagg(x, '-') WITHIN GROUP (ORDER BY x DESC) FROM (VALUES 'a', 'b') AS t(x)",
    ),
  ).toEqual([['b-a']]);
});
