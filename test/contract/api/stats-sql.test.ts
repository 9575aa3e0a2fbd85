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
import type { StatsQuery } from '../../../api/ports.ts';
import { createStats } from '../../../api/stats/stats.ts';
import { createQuery } from '../../../aws/athena/query.ts';
import { writeCreateTable, writeMerge } from '../../../insight/keeper/sql.ts';
import { RAW_PREFIX, type Result } from '../../../schemas/index.ts';
import { createLakeTables } from '../../support/lake-tables.ts';
import { aResult } from '../../support/results.ts';
import { aRawObject } from '../suites/keeper-stores.ts';

const DATABASE = 'aurastream';
let s3_dir: string;
let served: ServedService;
let client: AthenaClient;

beforeAll(async () => {
  s3_dir = await mkdtemp(join(tmpdir(), 'stats-sql-'));
  served = await serveService(
    createAthena({
      glue: {
        databases: [DATABASE],
        tables: createLakeTables(DATABASE),
      },
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

async function writePartition(partition: string, results: Result[]): Promise<void> {
  const folder = join(s3_dir, 'lake/results_raw', partition);
  await mkdir(folder, { recursive: true });
  const lines = results.map((result) => `${JSON.stringify(result)}\n`).join('');
  await writeFile(join(folder, 'lines.gz'), gzipSync(lines));
  const query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  await query(writeCreateTable('lake', 1));
  const object = aRawObject({ key: `${RAW_PREFIX}${partition}/lines.gz` });
  await query(writeMerge({ objects: [object], days: ['2026-11-23'] }, 'lake'));
}

let ids = 0;
/** Builds a result of the tenant `acme` that was processed at the given time. */
function at(time: string, fields: Partial<Result> = {}): Result {
  ids += 1;
  const processed_at = `2026-11-23T${time}.000Z`;
  return aResult({
    tenant: 'acme',
    source: 'tour',
    record_id: `r${ids}`,
    processed_at,
    revision: 1,
    first_created_at: processed_at,
    ...fields,
  });
}

const readStats = (query: Partial<StatsQuery>) =>
  createStats({
    query: createQuery({ work_group: DATABASE, database: DATABASE, client }),
    buffer_seconds: 0,
    usd_per_unit: 0.0001,
    now: () => Date.UTC(2026, 10, 23, 12),
  })({
    tenant: 'acme',
    interval: 'hour',
    from: '2026-11-23T10:00:00.000Z',
    to: '2026-11-23T12:00:00.000Z',
    ...query,
  });

const unread = {
  sentiment: undefined,
  cache: undefined,
  chunks: undefined,
  language_code: undefined,
};

it('GET /stats counts the lines of the lake by SQL that a query engine runs', async () => {
  await writePartition('2026/11/23/10', [
    at('09:59:59', { sentiment: 'MIXED' }),
    at('10:00:00', { sentiment: 'POSITIVE', text: 'x'.repeat(301) }),
    at('10:59:59', { sentiment: 'NEGATIVE', cache: 'table', text: 'short', language_code: 'de' }),
    at('11:00:00', { sentiment: 'NEUTRAL', cache: 'memory', chunks: 2, text: 'short' }),
    at('11:30:00', { ...unread, status: 'empty', text: ' ' }),
    at('11:30:00', { tenant: 'globex', sentiment: 'MIXED' }),
    at('12:00:00', { sentiment: 'MIXED' }),
  ]);
  // Firehose received this line a day after the line was processed.
  const { text: _, ...without_text } = at('11:59:59', { source: 'hotel' });
  await writePartition('2026/11/24/09', [{ ...without_text, text_bytes: 1_000 }]);
  const none = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  expect(await readStats({})).toMatchObject({
    total: 5,
    by_sentiment: { POSITIVE: 2, NEGATIVE: 1, NEUTRAL: 1, MIXED: 0, no_verdict: 1 },
    by_source: [
      { source: 'tour', total: 4 },
      { source: 'hotel', total: 1, by_sentiment: { ...none, POSITIVE: 1 } },
    ],
    by_language: [
      { language_code: 'en', total: 3 },
      { language_code: expect.stringMatching(/^(de|und)$/), total: 1 },
      { language_code: expect.stringMatching(/^(de|und)$/), total: 1 },
    ],
    over_time: [
      { start: '2026-11-23T10:00:00.000Z', total: 2 },
      { start: '2026-11-23T11:00:00.000Z', total: 3 },
    ],
    cache: { hits: 2, misses: 2, hit_rate: 0.5 },
    // The text of 301 characters has 4 units, and that of 1,000 bytes has 10. A short text has 3
    // units for each of its documents.
    billing: { billed_units: 14, avoided_units: 9 },
  });
  expect(await readStats({ source: 'hotel' })).toMatchObject({ total: 1 });
  expect(await readStats({ tenant: 'globex' })).toMatchObject({ total: 1 });
});
