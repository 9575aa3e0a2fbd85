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
      glue: { databases: [DATABASE], tables: createLakeTables(DATABASE, ['year']) },
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
  const folder = join(s3_dir, 'lake', 'results', 'year=2026');
  await mkdir(folder, { recursive: true });
  const first = aResult({ record_id: 'a', processed_at: '2026-11-23T03:00:00.000Z' });
  const repeat = { ...first, processed_at: '2026-11-23T04:00:00.000Z' };
  const lines = [first, repeat].map((result) => `${JSON.stringify(result)}\n`).join('');
  await writeFile(join(folder, 'results.gz'), gzipSync(lines));
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const { rows } = await query(
    'SELECT record_id, record_version, processed_at, scores.positive AS positive, author FROM results',
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
  const folder = join(s3_dir, 'lake', 'results', 'year=2027');
  await mkdir(folder, { recursive: true });
  const result = aResult({ record_id: 'cased', attributes: { UserId: 'a', userid: 'b' } });
  await writeFile(join(folder, 'cased.gz'), gzipSync(`${JSON.stringify(result)}\n`));
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const { rows } = await query(
    "SELECT attributes['UserId'] AS mixed, attributes['userid'] AS lower FROM results WHERE year = 2027",
  );
  expect(rows).toEqual([{ mixed: 'a', lower: 'b' }]);
});

it('the deployed view has every column of a result', async () => {
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const { columns: found } = await query('SELECT * FROM results LIMIT 0');
  expect(found).toEqual([...listResultColumns(), { name: 'year' }].map(({ name }) => name));
});
