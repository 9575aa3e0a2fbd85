import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
import { createQuery, type Query } from '../../aws/athena/query.ts';
import { findNewestChange } from '../../cli/query/as-of.ts';
import { queryObjects } from '../../cli/query/nested.ts';
import { addOwnTables, readOwnTable } from '../../cli/query/own-table.ts';
import { writeParameter } from '../../cli/query/parameters.ts';
import { createTypedView } from '../../infra/constructs/typed-view.ts';
import type { RawObject } from '../../insight/keeper/ports.ts';
import { writeCreateTable, writeMerge } from '../../insight/keeper/sql.ts';
import { formatHour } from '../../schemas/index.ts';
import { createLakeTables } from '../support/lake-tables.ts';
import { createReviews } from '../support/sql-reviews.ts';

const DATABASE = 'aurastream';
const page = await readFile(new URL('../../docs/sql.md', import.meta.url), 'utf8');
/** The questions of the page with their SQL. */
const questions = [...page.matchAll(/^### (\d+\. .*)\n[\s\S]*?```sql\n([\s\S]*?)```/gm)].map(
  ([, title = '', sql = '']) => ({ title, sql }),
);
/** Values of the question marks of a query. */
const PARAMETERS: Record<string, string[]> = { 25: ['reviews', '2026-09-01'] };

let folder: string;
let served: ServedService;
let client: AthenaClient;
let query: Query;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sql-docs-'));
  const now = Date.now();
  served = await serveService(
    createAthena({
      glue: {
        databases: [DATABASE],
        tables: createLakeTables(DATABASE),
      },
      work_groups: [{ name: DATABASE, output_location: 's3://lake/query-results/' }],
      s3Dir: join(folder, 's3'),
      now: Date.now,
    }),
  );
  client = new AthenaClient(clientConfig(served.endpoint));
  query = createQuery({ work_group: DATABASE, database: DATABASE, client });
  const reviews = createReviews(now);
  const lines = reviews.map((line) => `${JSON.stringify(line)}\n`);
  const hour = join(folder, 's3/lake/results_raw', formatHour(now));
  await mkdir(hour, { recursive: true });
  await writeFile(join(hour, 'reviews.gz'), gzipSync(lines.join('')));
  await query(writeCreateTable('lake', 1));
  const days = [...new Set(reviews.map(({ created_at }) => created_at.slice(0, 10)))];
  const object: RawObject = {
    ...{ key: `results_raw/${formatHour(now)}/reviews.gz`, days, bytes: 1, has_withdrawals: false },
    ...{ found_at: now, failures: 0, retry_at: now },
  };
  await query(writeMerge({ objects: [object], days }, 'lake'));
  await writeFile(
    join(folder, 'prices.csv'),
    'product;price\nKettle;39.9\nBlender;79\nLamp;19.5\nToaster;54\n',
  );
});
afterAll(async () => {
  client.destroy();
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the query of a question as the command does. */
async function ask(title: string, sql: string) {
  const number = title.split('.')[0]!;
  const prices = await readOwnTable(`prices=${join(folder, 'prices.csv')}`);
  const tables = /\bprices\b/.test(sql) ? [prices] : [];
  const parameters = (PARAMETERS[number] ?? []).map(writeParameter);
  const { rows } = await query(addOwnTables(sql, tables), { parameters });
  return rows;
}
const askNumber = async (number: number) => {
  const found = questions.find(({ title }) => title.startsWith(`${number}. `))!;
  return ask(found.title, found.sql);
};

it('docs/sql.md answers at least 25 questions', () => {
  expect(questions.length).toBeGreaterThanOrEqual(25);
  expect(new Set(questions.map(({ title }) => title)).size).toBe(questions.length);
});

it.each(questions)(
  'the query of docs/sql.md runs and has an answer: $title',
  async ({ title, sql }) => {
    expect((await ask(title, sql)).length).toBeGreaterThan(0);
  },
);

it('the answers of docs/sql.md are right: the worst product, what got worse, and the agreement with stars', async () => {
  const [worst] = await askNumber(6);
  expect(worst).toMatchObject({ product: 'Blender', reviews: 120 });
  const [worse] = await askNumber(7);
  expect(worse).toMatchObject({ product: 'Blender', recent_percent: 100 });
  const [agreement] = await askNumber(11);
  expect(agreement?.agreement_percent).toBeCloseTo(90, 0);
});

it('results_typed has the rows of results, and the attributes as numbers and as times in UTC, or null', async () => {
  const [{ n, days }] = (
    await query('SELECT count(*) AS n, count(DISTINCT day) AS days FROM results')
  ).rows as [Record<string, unknown>];
  const typed = await query('SELECT count(*) AS n, count(DISTINCT day) AS days FROM results_typed');
  expect(typed.rows).toEqual([{ n, days }]);
  const values = (map: string, attributes: string[]) =>
    attributes.map((name) => `CAST(element_at(${map}, '${name}') AS varchar) AS ${map}_${name}`);
  const names = ['stars', 'product', 'none', 'ordered_at'];
  const { rows } = await query(
    `SELECT ${[...values('numbers', names), ...values('times', names)].join(', ')}
     FROM results_typed WHERE record_id IN ('R00001', 'R00002', 'R00003') ORDER BY record_id`,
  );
  const nothing = { numbers_product: null, numbers_none: null, numbers_ordered_at: null };
  const no_times = { times_product: null, times_none: null, times_stars: null };
  const row = { ...nothing, ...no_times };
  expect(rows).toMatchObject([
    { ...row, times_ordered_at: expect.stringMatching(/^2026-08-28 00:30:00/) },
    { ...row, times_ordered_at: expect.stringMatching(/^2026-08-29 01:30:00/) },
    { ...row, times_ordered_at: null },
  ]);
  expect(rows.map(({ numbers_stars }) => Number(numbers_stars)).every((stars) => stars >= 1)).toBe(
    true,
  );
  const after_order = await askNumber(27);
  expect(after_order.map(({ sentiment }) => sentiment)).toEqual(['POSITIVE', 'NEGATIVE', 'MIXED']);
  for (const { days_after_order } of after_order) expect(days_after_order).toBe(3);
});

it.each([
  ['2026-11-22', '2026-11-22 00:00:00'],
  ['2026-11-22T10:00', '2026-11-22 10:00:00'],
  ['2026-11-22 10:00:00.25', '2026-11-22 10:00:00.25'],
  ['2026-11-22T01:00:00+02:00', '2026-11-21 23:00:00'],
  ['2026-02-30', undefined],
  ['2026', undefined],
  ['22.11.2026', undefined],
])('in results_typed, an attribute with the value %s is the time %s', async (value, time) => {
  const { viewOriginalText } = createTypedView(DATABASE);
  const encoded = /Presto View: (\S+) /.exec(String(viewOriginalText))?.[1] ?? '';
  const { originalSql } = JSON.parse(Buffer.from(encoded, 'base64').toString());
  const times = /transform_values\(attributes, (\(k, v\) -> CASE .*?)\) AS times/.exec(
    originalSql,
  )?.[1];
  const { rows } = await query(
    `SELECT CAST(element_at(transform_values(MAP(ARRAY['a'], ARRAY['${value}']), ${times}), 'a') AS varchar) AS time`,
  );
  expect(String(rows[0]?.time ?? '')).toMatch(time === undefined ? /^$/ : new RegExp(`^${time}0*`));
});

it('the hours of docs/sql.md are those of Berlin, in summer and in winter', async () => {
  const utc = await query(
    "SELECT hour(created_at) AS h, count(*) AS n FROM results WHERE status = 'analyzed' AND day < DATE '2026-10-25' GROUP BY 1",
  );
  const berlin = await query(
    "SELECT hour(created_at AT TIME ZONE 'Europe/Berlin') AS h, count(*) AS n FROM results WHERE status = 'analyzed' AND day < DATE '2026-10-25' GROUP BY 1",
  );
  const byHour = ({ rows }: { rows: Record<string, unknown>[] }) =>
    new Map(rows.map(({ h, n }) => [Number(h), n]));
  for (const [hour, n] of byHour(utc)) expect(byHour(berlin).get((hour + 2) % 24)).toBe(n);
  expect(await askNumber(15)).toHaveLength(24);
});

it('the join with a table of prices and the parameters of docs/sql.md give the right rows', async () => {
  expect((await askNumber(24)).map(({ price }) => price)).toEqual(['50 and more', 'below 50']);
  const rows = await askNumber(25);
  expect(rows.map(({ sentiment }) => sentiment)).toEqual(['POSITIVE', 'NEGATIVE']);
});

it('the views by hour, day and week count each text once', async () => {
  const all = await query("SELECT count(*) AS n FROM results WHERE status = 'analyzed'");
  for (const period of ['hour', 'day', 'week']) {
    const { rows } = await query(
      `SELECT sum(texts) AS n, sum(positive + negative + neutral + mixed) AS s FROM results_by_${period}`,
    );
    expect(rows[0], period).toMatchObject({ n: all.rows[0]?.n, s: all.rows[0]?.n });
  }
  const { rows } = await query(
    "SELECT week, sum(texts) AS texts FROM results_by_week WHERE week >= DATE '2026-09-07' GROUP BY week ORDER BY week LIMIT 1",
  );
  expect(rows).toEqual([{ week: '2026-09-07', texts: 40 }]);
});

it('a query says when results last changed, and says nothing of other tables', async () => {
  const newest = await findNewestChange(query, 'SELECT 1 FROM results');
  expect(Date.parse(`${newest?.replace(' ', 'T')}Z`)).toBeGreaterThan(Date.now() - 600_000);
  expect(await findNewestChange(query, 'SELECT 1 FROM results_typed')).toBe(newest);
  expect(await findNewestChange(query, 'SELECT 1 FROM results_raw')).toBeUndefined();
});

it('with --json, scores and attributes are objects, in the order of the query', async () => {
  const { rows } = await queryObjects(
    query,
    "SELECT record_id, scores, attributes FROM results WHERE status = 'analyzed' ORDER BY record_id DESC",
    {},
  );
  expect(rows[0]).toMatchObject({
    record_id: 'R00480',
    scores: { positive: expect.any(Number), neutral: 0.03 },
    attributes: { product: 'Toaster', country: 'ES' },
  });
  const ids = rows.map(({ record_id }) => String(record_id));
  expect(ids).toEqual([...ids].sort().reverse());
});

it('each habit that docs/sql.md lists is refused, and what it names instead is accepted', async () => {
  for (const sql of [
    "SELECT 1 FROM results WHERE text ILIKE '%late%'",
    'SELECT source, count(*) FROM results GROUP BY ALL',
    "SELECT element_at(attributes, 'product') AS product, count(*) FROM results GROUP BY product",
    'SELECT 1 FROM results QUALIFY row_number() OVER (ORDER BY day) = 1',
    "SELECT 1 FROM results WHERE day >= '2026-11-01'",
    'SELECT attributes.product FROM results',
    "SELECT scores['negative'] FROM results",
    "SELECT strftime(created_at, '%Y') FROM results",
    "SELECT element_at(attributes, 'stars')::integer FROM results",
    "SELECT string_agg(source, ', ') FROM results",
    'SELECT 1 FROM results LIMIT 10 OFFSET 20',
  ]) {
    await expect(query(sql), sql).rejects.toThrow(/^[A-Z_]+: /);
  }
  for (const sql of [
    "SELECT 1 FROM results WHERE regexp_like(text, '(?i)late') OR lower(text) LIKE '%late%'",
    "SELECT listagg(source, ', ') WITHIN GROUP (ORDER BY source), array_join(array_agg(source), ', ') FROM results",
    "SELECT date_format(created_at, '%Y'), scores.negative FROM results OFFSET 20 LIMIT 10",
  ]) {
    await query(sql);
  }
});
