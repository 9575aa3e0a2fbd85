import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resultsView } from '../../../../../infra/constructs/results-view.ts';
import { listResultColumns } from '../../../../../schemas/glue.ts';
import type { GlueTable } from '../../../src/services/athena/catalog.ts';
import { createEngine, type Engine } from '../../../src/services/athena/engine.ts';

const partition_keys = [{ name: 'year', type: 'int' }];
const raw: GlueTable = {
  database: 'aurastream',
  name: 'results_raw',
  table_type: 'EXTERNAL_TABLE',
  columns: listResultColumns(),
  partition_keys,
  location: 's3://lake/results/',
  parameters: {},
};
const all = [...listResultColumns(), ...partition_keys];
const view: GlueTable = {
  ...raw,
  name: 'results',
  table_type: 'VIRTUAL_VIEW',
  view_original_text: String(resultsView('aurastream', all).viewOriginalText),
};

let s3Dir: string;
let engine: Engine;
beforeAll(async () => {
  s3Dir = await mkdtemp(join(tmpdir(), 'engine-'));
  const glue = { databases: ['aurastream'], tables: [view, raw] };
  engine = await createEngine({ glue, s3Dir, now: () => 0 });
});
afterAll(async () => {
  engine.close();
  await rm(s3Dir, { recursive: true });
});
const select = async (sql: string) =>
  (await engine.select(sql, 'aurastream', new AbortController().signal)).rows;

it('the engine creates the deployed view and table before the lake has a file', async () => {
  const { columns, rows } = await engine.select(
    'SELECT * FROM results',
    'aurastream',
    new AbortController().signal,
  );
  expect(columns.map(({ Name }) => Name)).toEqual(all.map(({ name }) => name));
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

it('the engine does not start if a view of the catalog is invalid', async () => {
  const broken = { ...view, view_original_text: '/* not a view */' };
  const glue = { databases: ['aurastream'], tables: [raw, broken] };
  await expect(createEngine({ glue, s3Dir, now: () => 0 })).rejects.toThrow(
    'DuckDB cannot create the views results of the catalog',
  );
});
