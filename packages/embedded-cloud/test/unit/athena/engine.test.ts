import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GlueTable } from '../../../src/services/athena/catalog.ts';
import { createEngine, type Engine } from '../../../src/services/athena/engine.ts';
import { prestoView } from '../../support/presto-view.ts';

const columns = [
  { name: 'id', type: 'string' },
  { name: 'score', type: 'double' },
  { name: 'attributes', type: 'map<string,string>' },
];
const partition_keys = [{ name: 'year', type: 'int' }];
const raw: GlueTable = {
  database: 'texts',
  name: 'results_raw',
  table_type: 'EXTERNAL_TABLE',
  columns,
  partition_keys,
  location: 's3://lake/results/',
  parameters: {},
  serde: { library: 'org.apache.hive.hcatalog.data.JsonSerDe', parameters: {} },
};
const all = [...columns, ...partition_keys];
const view: GlueTable = {
  ...raw,
  name: 'results',
  table_type: 'VIRTUAL_VIEW',
  view_original_text: prestoView(
    'texts',
    'SELECT id, score, attributes, year FROM texts.results_raw WHERE score > 0',
    all.map(({ name, type }) => ({
      name,
      type: type.startsWith('map') ? 'map(varchar, varchar)' : type,
    })),
  ),
};

let s3Dir: string;
let engine: Engine;
beforeAll(async () => {
  s3Dir = await mkdtemp(join(tmpdir(), 'engine-'));
  const glue = { databases: ['texts'], tables: [view, raw] };
  engine = await createEngine({ glue, s3Dir, now: () => 0 });
});
afterAll(async () => {
  engine.close();
  await rm(s3Dir, { recursive: true });
});
const { signal } = new AbortController();
const select = async (sql: string) => (await engine.select(sql, 'texts', { signal })).rows;

it('the engine creates the view and the table before the bucket has a file', async () => {
  const { columns: found, rows } = await engine.select('SELECT * FROM results', 'texts', {
    signal,
  });
  expect(found.map(({ Name }) => Name)).toEqual(all.map(({ name }) => name));
  expect(rows).toEqual([]);
});

it('the engine translates date formats and lambdas anywhere in a query', async () => {
  expect(
    await select(
      `SELECT 'ü', date_format(timestamp '2026-11-23 07:05:09', '%M ''%e'' %H:%i') AS a, transform(filter(array[1, 2, 3], x -> x > 1), x -> x * 2) AS b`,
    ),
  ).toEqual([['ü', "November '23' 07:05", '[4, 6]']]);
});

it('the engine runs queries concurrently', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map((n) => select(`SELECT ${n} AS n`)));
  expect(answers.flat(2)).toEqual(['1', '2', '3', '4']);
});

it('a query of a view that is invalid fails with the reason, and other queries run', async () => {
  const broken = { ...view, view_original_text: '/* not a view */' };
  const glue = { databases: ['texts'], tables: [raw, broken] };
  const other = await createEngine({ glue, s3Dir, now: () => 0 });
  const { signal } = new AbortController();
  await expect(other.select('SELECT * FROM results', 'texts', { signal })).rejects.toThrow(
    "INVALID_VIEW: Failed analyzing stored view 'awsdatacatalog.texts.results': View results: expected ViewOriginalText",
  );
  expect(
    (await other.select('SELECT count(*) FROM results_raw', 'texts', { signal })).rows,
  ).toEqual([['0']]);
  other.close();
});
