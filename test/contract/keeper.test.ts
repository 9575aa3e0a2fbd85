import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  clientConfig,
  createAthena,
  createS3,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import { AthenaClient } from '@aws-sdk/client-athena';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createQuery, createReadRows } from '../../aws/athena/query.ts';
import { createRunHistory } from '../../aws/athena/run-history.ts';
import { createSourceRecords } from '../../aws/athena/source-records.ts';
import { createStatements } from '../../aws/athena/statements.ts';
import { createRawObjects } from '../../aws/s3/raw-objects.ts';
import { DAY_MS } from '../../insight/counts/buckets.ts';
import { pickChecked, recountDay } from '../../insight/counts/check/recount.ts';
import { LIST_TENANTS } from '../../insight/counts/check/sql.ts';
import { addMeasures, type Measures, measureRow } from '../../insight/counts/measures.ts';
import { listTableColumns } from '../../insight/keeper/columns.ts';
import { expireSources } from '../../insight/keeper/expire-sources.ts';
import { findObject } from '../../insight/keeper/find-object.ts';
import { runQuery } from '../../insight/keeper/lease.ts';
import { maintainTable } from '../../insight/keeper/maintain.ts';
import { mergePending } from '../../insight/keeper/merge.ts';
import { UnreadableObjectError } from '../../insight/keeper/ports.ts';
import { rewriteWithdrawn } from '../../insight/keeper/rewrite.ts';
import { createTablePreparation } from '../../insight/keeper/table.ts';
import { withdrawExpired } from '../../insight/keeper/withdraw-expired.ts';
import { sleep } from '../../lib/sleep.ts';
import { countedRowSchema, formatHour, RAW_PREFIX, type Result } from '../../schemas/index.ts';
import { createFakeManifest, createFakeTableLease } from '../fakes/keeper-stores.ts';
import { createLakeTables } from '../support/lake-tables.ts';
import { aResult } from '../support/results.ts';

// The statements of the keeper on the embedded Athena, which refuses what Athena refuses.

const DATABASE = 'aurastream';
const REMAINING = () => 600_000;
let dir: string;
let athena: ServedService;
let s3: ServedService;
let clients: { athena: AthenaClient; s3: S3Client };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keeper-'));
  const s3_dir = join(dir, 's3');
  await mkdir(join(s3_dir, 'lake'), { recursive: true });
  athena = await serveService(
    createAthena({
      glue: { databases: [DATABASE], tables: createLakeTables(DATABASE) },
      work_groups: [{ name: DATABASE, output_location: 's3://lake/query-results/' }],
      s3Dir: s3_dir,
      dataDir: join(dir, 'athena'),
      putObject: async () => {},
      now: Date.now,
    }),
  );
  s3 = await serveService(createS3({ dataDir: s3_dir, now: Date.now }));
  clients = {
    athena: new AthenaClient(clientConfig(athena.endpoint)),
    s3: new S3Client({ ...clientConfig(s3.endpoint), forcePathStyle: true }),
  };
});
afterEach(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await athena.close();
  await s3.close();
  await rm(dir, { recursive: true, force: true });
});

function createKeeper() {
  const now = Date.now;
  const statements = createStatements({
    ...{ work_group: DATABASE, database: DATABASE, client: clients.athena },
  });
  const { manifest } = createFakeManifest(now);
  const raw = createRawObjects({
    client: clients.s3,
    bucket_name: 'lake',
    createUnreadableError: (message) => new UnreadableObjectError(message),
  });
  let owners = 0;
  return {
    ...{ manifest, raw, statements, now, sleep, bucket: 'lake', interval_ms: 0 },
    lease: createFakeTableLease(now),
    preparation: createTablePreparation({ statements, bucket: 'lake', snapshot_days: 1 }),
    newOwner: () => `owner-${owners++}`,
    log: () => {},
  };
}

const query = (sql: string) =>
  createQuery({ work_group: DATABASE, database: DATABASE, client: clients.athena })(sql);

const HOUR = formatHour(Date.now());
const keyOf = (name: string) => `${RAW_PREFIX}${HOUR}/${name}.gz`;

async function deliver(keeper: ReturnType<typeof createKeeper>, name: string, lines: object[]) {
  const path = join(dir, 's3/lake', keyOf(name));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  return findObject(keeper, keyOf(name));
}

/** Builds the line of a result whose row has a revision and a day. */
const aLine = (record_id: string, revision: number, fields: Partial<Result> = {}): Result =>
  aResult({
    record_id,
    revision,
    first_created_at: '2026-11-27T05:00:00.000Z',
    author: 'Ada',
    attributes: { UserId: '7' },
    ...fields,
  });

const aWithdrawal = (record_id: string, revision: number): Result => {
  const { text: _, author: __, attributes: ___, ...line } = aLine(record_id, revision);
  return { ...line, status: 'withdrawn' };
};

it('the table has one row for each record, with the highest revision, in any order and if merged twice', async () => {
  const keeper = createKeeper();
  await deliver(keeper, '1', [
    aLine('a', 2, { text: 'second' }),
    aLine('a', 1, { text: 'first' }),
    aLine('b', 1, { text: 'other' }),
  ]);
  expect(await mergePending(keeper, REMAINING)).toMatchObject({ objects: 1, statements: 1 });
  await deliver(keeper, '2', [aLine('a', 1, { text: 'first' }), aLine('b', 5, { text: 'newer' })]);
  await mergePending(keeper, REMAINING);
  for (const object of [...(await keeper.manifest.list(10))]) await keeper.manifest.add(object);
  const { rows } = await query(
    'SELECT record_id, revision, text, day FROM results ORDER BY record_id',
  );
  expect(rows).toEqual([
    { record_id: 'a', revision: 2, text: 'second', day: '2026-11-27' },
    { record_id: 'b', revision: 5, text: 'newer', day: '2026-11-27' },
  ]);
});

it('a withdrawn record keeps its identity and status, and has no text, author or attributes', async () => {
  const keeper = createKeeper();
  await deliver(keeper, '1', [aLine('a', 1), aLine('b', 1)]);
  await mergePending(keeper, REMAINING);
  // Even if the line of a withdrawal had a text.
  await deliver(keeper, '2', [aWithdrawal('a', 2), aLine('b', 2, { status: 'withdrawn' })]);
  await mergePending(keeper, REMAINING);
  const { rows } = await query(
    'SELECT status, text, author, url, attributes FROM results ORDER BY record_id',
  );
  const blank = { status: 'withdrawn', text: null, author: null, url: null, attributes: null };
  expect(rows).toEqual([blank, blank]);
});

it('lines without a revision and withdrawals of unknown records are not in the table', async () => {
  const keeper = createKeeper();
  const { revision: _, ...not_newer } = aLine('a', 1);
  const { first_created_at: __, ...tombstone } = aWithdrawal('b', 1);
  expect(await deliver(keeper, '1', [not_newer, tombstone])).toBe('empty');
  await deliver(keeper, '2', [not_newer, tombstone, aLine('c', 1)]);
  await mergePending(keeper, REMAINING);
  expect((await query('SELECT record_id FROM results')).rows).toEqual([{ record_id: 'c' }]);
});

it('records of the same id of two sources are two rows', async () => {
  const keeper = createKeeper();
  await deliver(keeper, '1', [aLine('a', 1, { source: 'x' }), aLine('a', 1, { source: 'y' })]);
  await mergePending(keeper, REMAINING);
  expect((await query('SELECT source FROM results ORDER BY 1')).rows).toEqual([
    { source: 'x' },
    { source: 'y' },
  ]);
});

// Source: https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
it('reviews of 200 days are merged, although Athena writes at most 100 partitions in a statement', async () => {
  const keeper = createKeeper();
  const lines = Array.from({ length: 200 }, (_, i) => {
    const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString();
    return aLine(`r${i}`, 1, { created_at: day, first_created_at: day });
  });
  await deliver(keeper, '1', lines);
  expect(await mergePending(keeper, REMAINING)).toMatchObject({ objects: 1, statements: 3 });
  const { rows } = await query(
    'SELECT count(*) AS n, count(DISTINCT day) AS days, CAST(min(created_at) AS date) AS first FROM results',
  );
  expect(rows).toEqual([{ n: 200, days: 200, first: '2020-01-01' }]);
});

it('the table has the columns of a result, times as timestamps, and a day', async () => {
  const keeper = createKeeper();
  await deliver(keeper, '1', [aLine('a', 1)]);
  await mergePending(keeper, REMAINING);
  const { columns } = await query('SELECT * FROM results LIMIT 0');
  expect(columns).toEqual(listTableColumns().map(({ name }) => name));
  // Each column but schema_version has a comment: test/unit/schemas/descriptions.test.ts.
  const described = (await query('DESCRIBE results')).rows;
  for (const { name, comment = '' } of listTableColumns()) {
    const row = described.find((one) => String(one.col_name).trim() === name);
    expect(String(row?.comment ?? '').trim(), name).toBe(comment);
  }
  const { rows } = await query(
    `SELECT hour(first_created_at) AS hour, day = DATE '2026-11-27' AS is_day,
       scores.positive AS positive, attributes['UserId'] AS user_id
     FROM results WHERE first_created_at < TIMESTAMP '2026-11-27 05:00:01'`,
  );
  expect(rows).toEqual([
    { hour: 5, is_day: true, positive: aResult().scores?.positive, user_id: '7' },
  ]);
});

it('the table of an earlier release gains the new columns', async () => {
  const keeper = createKeeper();
  await deliver(keeper, '1', [aLine('a', 1)]);
  await mergePending(keeper, REMAINING);
  await query('ALTER TABLE results DROP COLUMN author');
  const next = createKeeper();
  await deliver(next, '2', [aLine('b', 1, { author: 'Bea' })]);
  await mergePending(next, REMAINING);
  const { rows } = await query('SELECT record_id, author FROM results ORDER BY record_id');
  expect(rows).toEqual([
    { record_id: 'a', author: null },
    { record_id: 'b', author: 'Bea' },
  ]);
});

it('the night removes the texts of withdrawn records from the raw objects, and leaves all others', async () => {
  const keeper = createKeeper();
  const { revision: _, ...not_newer } = aLine('a', 1, { text: 'never shown' });
  await deliver(keeper, '1', [aLine('a', 1, { text: 'secret' }), aLine('b', 1, { text: 'kept' })]);
  await deliver(keeper, '2', [aWithdrawal('a', 2), not_newer]);
  await deliver(keeper, '3', [aLine('c', 1, { text: 'untouched' })]);
  await mergePending(keeper, REMAINING);
  expect(await rewriteWithdrawn(keeper, REMAINING)).toBe(2);
  const readRaw = async (name: string) => {
    const zipped = await readFile(join(dir, 's3/lake', keyOf(name)));
    return gunzipSync(zipped)
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const { text: __, author: ___, attributes: ____, ...blank } = aLine('a', 1, { text: 'secret' });
  expect(await readRaw('1')).toEqual([blank, aLine('b', 1, { text: 'kept' })]);
  expect(JSON.stringify(await readRaw('2'))).not.toContain('never shown');
  expect(await readRaw('3')).toEqual([aLine('c', 1, { text: 'untouched' })]);
  expect(await rewriteWithdrawn(keeper, REMAINING)).toBe(0);
});

it('the night withdraws the record whose row had expired when its withdrawal came, and no record that was published again', async () => {
  const keeper = createKeeper();
  const late = Date.now();
  const old = {
    first_created_at: '2026-05-01T05:00:00.000Z',
    created_at: '2026-05-01T05:00:00.000Z',
  };
  const { first_created_at: _, ...tombstone } = aWithdrawal('expired', late);
  await deliver(keeper, '1', [
    aLine('expired', 1, old),
    aLine('expired', 1, { ...old, source: 'other' }),
    aLine('again', late + 1, old),
    aLine('kept', 1),
  ]);
  await mergePending(keeper, REMAINING);
  await maintainTable(keeper, REMAINING);
  expect(await withdrawExpired(keeper, REMAINING)).toBe(0);
  await deliver(keeper, '2', [
    tombstone,
    { ...tombstone, record_id: 'again' },
    { ...tombstone, record_id: 'never seen' },
  ]);
  expect(await mergePending(keeper, REMAINING)).toMatchObject({ objects: 0 });
  expect(await withdrawExpired(keeper, REMAINING)).toBe(1);
  const { rows } = await query(
    `SELECT source, record_id, status, text, author, attributes, day, revision > 1 AS is_new,
       CAST(date(created_at) AS varchar) AS created
     FROM results WHERE record_id <> 'kept' ORDER BY record_id, source`,
  );
  const analyzed = { status: 'analyzed', text: aResult().text, author: 'Ada' };
  const day = { day: '2026-05-01', created: '2026-05-01' };
  const attributes = expect.stringContaining('UserId');
  expect(rows).toEqual([
    {
      ...{ source: 'app_reviews', record_id: 'again', is_new: true },
      ...analyzed,
      attributes,
      ...day,
    },
    {
      ...{ source: 'app_reviews', record_id: 'expired', status: 'withdrawn', is_new: true, ...day },
      ...{ text: null, author: null, attributes: null },
    },
    {
      ...{ source: 'other', record_id: 'expired', is_new: false },
      ...analyzed,
      attributes,
      ...day,
    },
  ]);
  expect(await keeper.manifest.changedDays()).toEqual(['2026-05-01']);
  // The old text leaves the raw objects too, if they are still there.
  expect(await rewriteWithdrawn(keeper, REMAINING)).toBe(1);
  expect(await withdrawExpired(keeper, REMAINING)).toBe(0);
});

it('the night deletes the rows of tenants and sources whose days are over, and keeps withdrawn rows and others', async () => {
  const keeper = createKeeper();
  const ago = (days: number) => ({ stamp: Date.now() - days * DAY_MS });
  const old = { first_created_at: '2026-05-01T05:00:00.000Z' };
  await deliver(keeper, '1', [
    aLine('over', 1, { source: 'tickets', ...ago(8) }),
    aLine('over too', 1, { source: 'tickets', ...ago(8), ...old }),
    aLine('not over', 1, { source: 'tickets', ...ago(6) }),
    aLine('longer than its tenant', 1, { source: 'contracts', ...ago(40) }),
    aLine('of its tenant', 1, { source: 'reviews', ...ago(31) }),
    aLine('of its tenant, not over', 1, { source: 'reviews', ...ago(29) }),
    aLine('of another tenant', 1, { tenant: 'other', source: 'tickets', ...ago(99) }),
    { ...aWithdrawal('withdrawn', 1), source: 'tickets', ...ago(9) },
  ]);
  await mergePending(keeper, REMAINING);
  await maintainTable(keeper, REMAINING);
  const none = { by_tenant: {}, by_source: {} };
  expect(await expireSources({ ...keeper, retention: none }, REMAINING)).toBe(0);
  const { tenant } = aLine('', 1);
  const retention = {
    by_tenant: { [tenant]: 30 },
    by_source: { [`${tenant}/tickets`]: 7, [`${tenant}/contracts`]: 400 },
  };
  expect(await expireSources({ ...keeper, retention }, REMAINING)).toBe(2);
  const { rows } = await query('SELECT record_id FROM results ORDER BY record_id');
  expect(rows.map(({ record_id }) => record_id)).toEqual([
    ...['longer than its tenant', 'not over', 'of another tenant', 'of its tenant, not over'],
    'withdrawn',
  ]);
  expect(await keeper.manifest.changedDays()).toEqual(['2026-05-01', '2026-11-27']);
  expect(await expireSources({ ...keeper, retention }, REMAINING)).toBe(0);
});

it('the night optimises the days that have changed, and then none', async () => {
  const keeper = createKeeper();
  await deliver(keeper, '1', [aLine('a', 1)]);
  await mergePending(keeper, REMAINING);
  expect(await maintainTable(keeper, REMAINING)).toEqual({ days: 1, statements: 2 });
  expect(await maintainTable(keeper, REMAINING)).toEqual({ days: 0, statements: 1 });
  expect((await query('SELECT record_id FROM results')).rows).toEqual([{ record_id: 'a' }]);
});

it('an object that is not gzipped lines of results is not merged', async () => {
  const keeper = createKeeper();
  const path = join(dir, 's3/lake', keyOf('broken'));
  await mkdir(dirname(path), { recursive: true });
  for (const content of ['no gzip', gzipSync('{"record_id":'), gzipSync('{"record_id":"a"}\n')]) {
    await writeFile(path, content);
    expect(await findObject(keeper, keyOf('broken'))).toBe('unreadable');
  }
  expect(await findObject(keeper, keyOf('missing'))).toBe('gone');
  expect(await findObject(keeper, 'results/data/a.parquet')).toBe('ignored');
});

it('a recount by SQL is what the rows of the results table add up to, by hour and day, and by both times', async () => {
  const keeper = createKeeper();
  const day = Date.UTC(2026, 10, 27);
  const at = (ms: number) => new Date(day + ms).toISOString();
  const {
    sentiment: _,
    score: __,
    scores: ___,
    analyzer: ____,
    cache: _____,
    ...bare
  } = aLine('', 1);
  const lines = [
    aLine('a', 1, { created_at: at(0) }),
    aLine('b', 1, { created_at: at(DAY_MS - 1), cache: 'table', sentiment: 'NEGATIVE' }),
    aLine('c', 1, { created_at: at(3_600_000), source: 'other', language_code: 'zh-TW' }),
    aLine('d', 1, { created_at: at(DAY_MS) }),
    aLine('e', 1, { created_at: at(-1) }),
    { ...bare, record_id: 'f', created_at: at(60_000), status: 'empty' as const },
    { ...aWithdrawal('g', 2), created_at: at(60_000) },
    aLine('h', 1, { created_at: at(60_000), analyzer: { name: 'onnx', version: '2' } }),
  ].map((line) => ({ ...line, arrived_at: at(DAY_MS / 2), processed_at: at(DAY_MS / 2 + 5_000) }));
  await deliver(keeper, '1', lines);
  await mergePending(keeper, REMAINING);
  const run = (sql: string) => runQuery(keeper, REMAINING, sql);
  expect(await run(LIST_TENANTS)).toEqual([{ tenant: lines[0]?.tenant }]);
  for (const time of ['created_at', 'arrived_at'] as const) {
    const expected: Record<string, Measures> = {};
    for (const line of lines) {
      const row = countedRowSchema.parse(line);
      const start = Date.parse(row[time]);
      if (start < day || start >= day + DAY_MS) continue;
      for (const bucket of [
        `hour#${new Date(start).toISOString().slice(0, 13)}:00:00.000Z`,
        `day#${at(0)}`,
      ]) {
        const id = `${row.tenant}#${bucket}#${row.source}`;
        const sum = expected[id] ?? {};
        addMeasures(sum, pickChecked(measureRow(row)));
        expected[id] = sum;
      }
    }
    const found = await recountDay(run, day, time);
    const measures = [...found].map(([id, bucket]) => [id, bucket.measures]);
    expect(Object.fromEntries(measures)).toEqual(expected);
    expect([...found.values()].map(({ changed_at }) => changed_at)).toEqual(
      [...found.values()].map(() => day + DAY_MS / 2 + 5_000),
    );
  }
});

it('the lake says how many records of a run changed nothing, each once', async () => {
  const keeper = createKeeper();
  const revision = Date.now();
  const late = { run_id: 'run_a', revision: undefined };
  await deliver(keeper, '1', [
    aLine('late', revision, late),
    aLine('late', revision, { ...late, text: 'the same record in another row of the file' }),
    aLine('late', revision, { run_id: 'run_b' }),
    aLine('later', revision, { run_id: 'run_a' }),
    // Two rows of the file are of one record, and the second one replaced the first.
    aLine('twice', revision, late),
    aLine('twice', revision, { run_id: 'run_a' }),
    aLine('late', revision, { ...late, source: 'other' }),
  ]);
  const history = createRunHistory({
    readRows: createReadRows({
      ...{ work_group: DATABASE, database: DATABASE, client: clients.athena },
    }),
  });
  const count = (run_id: string, stamp = revision) => history.countNotNewer({ run_id, stamp });
  expect(await count('run_a')).toBe(2);
  expect(await count('run_b')).toBe(0);
  expect(await count('run_a', revision + 7_200_000)).toBe(0);
});

it('the lake says which records a run has changed, and what each of them said before', async () => {
  const keeper = createKeeper();
  const by = (run_id: string | undefined, stamp: number, fields: Partial<Result> = {}) => ({
    ...{ run_id, stamp, record_version: undefined, ...fields },
  });
  const revision = Date.now();
  const old = { revision: revision - 9, replaced_revision: undefined };
  const of_run = { revision, replaced_revision: revision - 9 };
  await deliver(keeper, '1', [
    aLine('created', revision, by('run_a', 5)),
    aLine('corrected', 0, by(undefined, 3, { ...old, text: 'before', url: 'https://a.example/' })),
    aLine('corrected', 0, by('run_a', 5, { ...of_run, text: 'after' })),
    // The run replaced this version in the same batch, so that it was never a row.
    aLine('batched', 0, by('run_b', 4, { revision: undefined, text: "it's before" })),
    aLine('batched', 0, by('run_b', 3, { ...old, text: 'first' })),
    aLine('batched', 0, by('run_a', 5, of_run)),
    // The version 2 was accepted late and never applied.
    aLine('versions', 0, by('run_b', 4, { ...old, record_version: 3, text: 'third' })),
    aLine('versions', 0, by('run_b', 4, { revision: undefined, record_version: 2, text: '2nd' })),
    aLine('versions', 0, by('run_a', 5, { ...of_run, record_version: 3 })),
    aLine('changed later', 0, by('run_a', 5, old)),
    aLine('changed later', 0, by('run_b', 6, of_run)),
    { ...aWithdrawal('revived', 0), ...by('run_b', 4), ...old },
    aLine('revived', 0, by('run_a', 5, of_run)),
  ]);
  await mergePending(keeper, REMAINING);
  const readRows = createReadRows({
    ...{ work_group: DATABASE, database: DATABASE, client: clients.athena },
  });
  const history = createRunHistory({ readRows });
  expect(await history.countTouched('run_a')).toBe(6);
  const changed = new Map<string, unknown>();
  for await (const one of history.listChanged('run_a')) changed.set(one.record_id, one.before);
  expect(Object.fromEntries(changed)).toEqual({
    created: undefined,
    corrected: expect.objectContaining({
      ...{ text: 'before', author: 'Ada', url: 'https://a.example/', attributes: { UserId: '7' } },
      ...{ status: 'analyzed', created_at: '2026-11-23T10:00:00.000Z', language_code: 'en' },
    }),
    batched: expect.objectContaining({ text: "it's before" }),
    versions: expect.objectContaining({ text: 'third' }),
    revived: expect.objectContaining({ status: 'withdrawn', text: undefined }),
  });
  expect(await history.countTouched("run'; DROP")).toBe(0);
  const ids: string[] = [];
  const source_records = createSourceRecords({ readRows });
  const source = { tenant: 'default', source: 'app_reviews' };
  for await (const id of source_records.list(source, 6)) ids.push(id);
  expect(ids.sort()).toEqual(['batched', 'corrected', 'created', 'revived', 'versions']);
});
