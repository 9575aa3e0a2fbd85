import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  clientConfig,
  createAthena,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import { AthenaClient } from '@aws-sdk/client-athena';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createQuery } from '../../aws/athena/query.ts';
import { listResultColumns } from '../../schemas/glue.ts';
import { createLakeTables } from '../support/lake-tables.ts';
import { aResult } from '../support/results.ts';

const DATABASE = 'aurastream';
let s3_dir: string;
let served: ServedService;
let client: AthenaClient;

beforeAll(async () => {
  s3_dir = await mkdtemp(join(tmpdir(), 'lake-query-'));
  served = await serveService(
    createAthena({
      glue: { databases: [DATABASE], tables: createLakeTables(DATABASE) },
      work_groups: [{ name: DATABASE, output_location: 's3://lake/query-results/' }],
      s3Dir: s3_dir,
      putObject: async () => {},
      now: Date.now,
    }),
  );
  client = new AthenaClient(clientConfig(served.endpoint));
});
afterAll(async () => {
  client.destroy();
  await served.close();
  await rm(s3_dir, { recursive: true, force: true });
});

it('a query of the deployed view returns typed values, and the earliest of two deliveries', async () => {
  const folder = join(s3_dir, 'lake/results_raw/2026/11/23/04');
  await mkdir(folder, { recursive: true });
  const first = aResult({ record_id: 'a', processed_at: '2026-11-23T03:00:00.000Z' });
  const repeat = { ...first, processed_at: '2026-11-23T04:00:00.000Z' };
  const lines = [first, repeat].map((result) => `${JSON.stringify(result)}\n`).join('');
  await writeFile(join(folder, 'results.gz'), gzipSync(lines));
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const { rows } = await query(
    'SELECT record_id, record_version, processed_at, scores.positive AS positive, author FROM results_history',
  );
  expect(rows).toEqual([
    {
      record_id: 'a',
      record_version: first.record_version,
      processed_at: '2026-11-23T03:00:00.000Z',
      positive: first.scores?.positive ?? null,
      author: null,
    },
  ]);
});

// Source: https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
it('attributes keep their names in SQL, also if two of them differ only by case', async () => {
  const folder = join(s3_dir, 'lake/results_raw/2026/11/23/05');
  await mkdir(folder, { recursive: true });
  const result = aResult({ record_id: 'cased', attributes: { UserId: 'a', userid: 'b' } });
  await writeFile(join(folder, 'cased.gz'), gzipSync(`${JSON.stringify(result)}\n`));
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const { rows } = await query(
    "SELECT attributes['UserId'] AS mixed, attributes['userid'] AS lower FROM results_history WHERE hour = '2026/11/23/05'",
  );
  expect(rows).toEqual([{ mixed: 'a', lower: 'b' }]);
});

it('the deployed view has every column of a result', async () => {
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const { columns: found } = await query('SELECT * FROM results_history LIMIT 0');
  expect(found).toEqual([...listResultColumns(), { name: 'hour' }].map(({ name }) => name));
});

it('the history shows each version once, although its line was delivered twice, and later analyses too', async () => {
  const folder = join(s3_dir, 'lake/results_raw/2026/11/23/06');
  await mkdir(folder, { recursive: true });
  const first = aResult({ record_id: 'versions', record_version: 1, text_hash: 'a' });
  const second = aResult({ record_id: 'versions', record_version: 2, text_hash: 'b' });
  const again = { ...second, analysis_run: 7, sentiment: 'MIXED' as const };
  const results = [first, first, second, again, { ...first, processed_at: '2026-11-24T00:00:00Z' }];
  const lines = results.map((result) => `${JSON.stringify(result)}\n`).join('');
  await writeFile(join(folder, 'lines.gz'), gzipSync(lines));
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const { rows } = await query(
    `SELECT record_version, analysis_run FROM results_history
     WHERE hour = '2026/11/23/06' AND record_id = 'versions' ORDER BY record_version, analysis_run`,
  );
  expect(rows).toEqual([
    { record_version: 1, analysis_run: null },
    { record_version: 2, analysis_run: 7 },
    { record_version: 2, analysis_run: null },
  ]);
});

// Source: https://trino.io/docs/current/optimizer/pushdown.html and Trino's `PredicatePushDown.visitWindow`
it('a query of the history with a condition on the hour reads only the objects of that hour', async () => {
  const folder = join(s3_dir, 'lake/results_raw/2026/11/23');
  for (const hour of ['07', '08', '09']) {
    await mkdir(join(folder, hour), { recursive: true });
    const line = `${JSON.stringify(aResult({ record_id: hour }))}\n`;
    await writeFile(join(folder, hour, 'lines.gz'), gzipSync(line));
  }
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const explain = async (condition: string) => {
    const sql = `EXPLAIN SELECT record_id FROM results_history WHERE ${condition}`;
    const plan = (await query(sql)).rows.map((row) => Object.values(row).join('')).join('\n');
    return /Scanning Files:\D*(\d+)\//.exec(plan)?.[1];
  };
  expect(await explain("hour = '2026/11/23/08'")).toBe('1');
  expect(await explain("hour BETWEEN '2026/11/23/07' AND '2026/11/23/08'")).toBe('2');
});
