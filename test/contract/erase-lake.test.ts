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
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createQuery } from '../../aws/athena/query.ts';
import { createStatements } from '../../aws/athena/statements.ts';
import { createRawObjects } from '../../aws/s3/raw-objects.ts';
import { createEraseFromLake } from '../../insight/keeper/erase.ts';
import { findObject } from '../../insight/keeper/find-object.ts';
import { maintainTable } from '../../insight/keeper/maintain.ts';
import { mergePending } from '../../insight/keeper/merge.ts';
import { UnreadableObjectError } from '../../insight/keeper/ports.ts';
import { createTablePreparation } from '../../insight/keeper/table.ts';
import { sleep } from '../../lib/sleep.ts';
import { formatHour, RAW_PREFIX, type Result, type Selector } from '../../schemas/index.ts';
import { createFakeManifest, createFakeTableLease } from '../fakes/keeper-stores.ts';
import { createLakeTables } from '../support/lake-tables.ts';
import { aResult } from '../support/results.ts';

// The statements of an erasure on the embedded Athena, which refuses what Athena refuses.

const DATABASE = 'aurastream';
const STAMP = aResult().stamp;
const REMAINING = () => 600_000;
const HOUR = formatHour(Date.now());
const DAY = HOUR.slice(0, 10).replaceAll('/', '-');
let dir: string;
let services: ServedService[];
let clients: { athena: AthenaClient; s3: S3Client };
let statements_run: string[];
let count = 0;
/** Time by which the clock of Athena is moved, in milliseconds. */
let shift_ms = 0;
const DAY_MS = 86_400_000;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'erase-lake-'));
  const s3_dir = join(dir, 's3');
  await mkdir(join(s3_dir, 'lake'), { recursive: true });
  const athena = await serveService(
    createAthena({
      glue: { databases: [DATABASE], tables: createLakeTables(DATABASE) },
      work_groups: [{ name: DATABASE, output_location: 's3://lake/query-results/' }],
      s3Dir: s3_dir,
      dataDir: join(dir, 'athena'),
      putObject: async () => {},
      now: () => Date.now() + shift_ms,
    }),
  );
  const s3 = await serveService(createS3({ dataDir: s3_dir, now: Date.now }));
  services = [athena, s3];
  clients = {
    athena: new AthenaClient(clientConfig(athena.endpoint)),
    s3: new S3Client({ ...clientConfig(s3.endpoint), forcePathStyle: true }),
  };
});
beforeEach(() => {
  statements_run = [];
  shift_ms = 0;
});
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  for (const service of services) await service.close();
  await rm(dir, { recursive: true, force: true });
});

function createLake() {
  const athena = createStatements({
    ...{ work_group: DATABASE, database: DATABASE, client: clients.athena },
  });
  const statements: typeof athena = {
    ...athena,
    start(sql) {
      statements_run.push(sql);
      return athena.start(sql);
    },
  };
  const raw = createRawObjects({
    client: clients.s3,
    bucket_name: 'lake',
    createUnreadableError: (message) => new UnreadableObjectError(message),
  });
  const keeper = {
    ...{ raw, statements, now: Date.now, sleep, bucket: 'lake', interval_ms: 0 },
    manifest: createFakeManifest(Date.now).manifest,
    lease: createFakeTableLease(Date.now),
    preparation: createTablePreparation({ statements, bucket: 'lake', snapshot_days: 1 }),
    newOwner: () => `owner-${count++}`,
    log: () => {},
  };
  return { keeper, lake: createEraseFromLake(keeper, REMAINING) };
}

const query = async (sql: string) => {
  const run = createQuery({ work_group: DATABASE, database: DATABASE, client: clients.athena });
  return (await run(sql)).rows;
};

async function deliver({ keeper }: ReturnType<typeof createLake>, lines: object[]) {
  const key = `${RAW_PREFIX}${HOUR}/${count++}.gz`;
  const path = join(dir, 's3/lake', key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  void (await findObject(keeper, key));
  void (await mergePending(keeper, REMAINING));
  return { key, read: async () => gunzipSync(await readFile(path)).toString() };
}

/** Builds the line of a result. Each test has a tenant of its own. */
const aLine = (tenant: string, record_id: string, fields: Partial<Result> = {}): Result =>
  aResult({
    ...{ tenant, record_id, revision: 1, author: 'Ada', text: `text of ${record_id}` },
    first_created_at: fields.created_at ?? '2026-11-23T10:00:00.000Z',
    ...fields,
  });

const select = (selector: Selector) => ({ selector, accepted_until: STAMP });

it('nothing is counted and nothing fails while the keeper has not created the table', async () => {
  const { lake } = createLake();
  expect(await lake.countRows(select({ tenant: 'early' }))).toBe(0);
  await lake.deleteRows(select({ tenant: 'early' }));
});

it.each([
  { name: 'a tenant', selector: {}, left: [] },
  { name: 'a source', selector: { source: 'other' }, left: ['ada', 'bea', 'old'] },
  {
    name: 'a record',
    selector: { source: 'app_reviews', record_id: 'ada' },
    left: ['bea', 'old', 'other'],
  },
  { name: 'an author', selector: { author: "Bea O'Neil" }, left: ['ada', 'old', 'other'] },
  { name: 'a time', selector: { before: '2026-11-01T00:00:00Z' }, left: ['ada', 'bea', 'other'] },
])(
  'the rows of $name are counted and deleted from results, and no others',
  async ({ selector, left, name }) => {
    const world = createLake();
    const tenant = name.replaceAll(' ', '-');
    await deliver(world, [
      aLine(tenant, 'ada'),
      aLine(tenant, 'bea', { author: "Bea O'Neil" }),
      aLine(tenant, 'other', { source: 'other' }),
      aLine(tenant, 'old', { created_at: '2026-10-01T00:00:00.000Z' }),
      aLine(tenant, 'later', { stamp: STAMP + 1 }),
      aLine(`${tenant}-2`, 'ada'),
    ]);
    const selection = select({ tenant, ...selector });
    expect(await world.lake.countRows(selection)).toBe(4 - left.length);
    await world.lake.deleteRows(selection);
    const rows = await query(
      `SELECT record_id FROM results WHERE tenant LIKE '${tenant}%' ORDER BY tenant, record_id`,
    );
    const kept = [...[...left, 'later'].sort(), 'ada'];
    expect(rows.map(({ record_id }) => record_id)).toEqual(kept);
    expect(await world.lake.countRows(selection)).toBe(0);
  },
);

it('no statement holds the name of an author or the id of a record, because Athena remembers statements', async () => {
  const world = createLake();
  await deliver(world, [aLine('hidden', 'secret-id', { author: 'Zoe Secret' })]);
  statements_run.length = 0;
  for (const selector of [
    { author: 'Zoe Secret' },
    { source: 'app_reviews', record_id: 'secret-id' },
  ]) {
    const selection = select({ tenant: 'hidden', ...selector });
    await world.lake.deleteRows(selection);
    await world.lake.blankDay(selection, DAY);
  }
  expect(statements_run.length).toBeGreaterThan(3);
  expect(statements_run.join('\n')).not.toMatch(/Zoe|secret-id/);
});

// Source: https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
it('rows of 150 days are deleted, although Athena writes at most 100 partitions in a statement', async () => {
  const world = createLake();
  const lines = Array.from({ length: 150 }, (_, i) => {
    return aLine('long', `r${i}`, { created_at: new Date(Date.UTC(2020, 0, 1 + i)).toISOString() });
  });
  await deliver(world, lines);
  const selection = select({ tenant: 'long' });
  expect(await world.lake.countRows(selection)).toBe(150);
  await world.lake.deleteRows(selection);
  expect(await world.lake.countRows(selection)).toBe(0);
});

it('raw objects lose the texts of selected lines and of all lines of withdrawn records, and keep the others', async () => {
  const world = createLake();
  const earlier = aLine('raw', 'a', { author: 'Someone else', text: 'an earlier version' });
  const object = await deliver(world, [
    earlier,
    aLine('raw', 'b', { author: 'Bea', text: 'text of Bea' }),
    aLine('raw', 'c', { text: 'once by Ada' }),
    aLine('raw', 'd', { stamp: STAMP + 1, text: 'accepted later by Ada' }),
  ]);
  const { text: _, author: __, attributes: ___, ...blank } = earlier;
  await deliver(world, [{ ...blank, status: 'withdrawn', revision: 2 }]);
  const keys = await world.lake.blankDay(select({ tenant: 'raw', author: 'Ada' }), DAY);
  expect(new Set(keys)).toEqual(new Set([object.key]));
  const raw = await object.read();
  expect(raw).not.toMatch(/an earlier version|once by Ada/);
  expect(raw).toContain('text of Bea');
  expect(raw).toContain('accepted later by Ada');
  expect(await world.lake.blankDay(select({ tenant: 'raw', author: 'Ada' }), DAY)).toEqual([]);
  expect(await world.lake.rawDays()).toEqual([DAY]);
});

it('no snapshot from before an erasure is left after the next night and the age of snapshots', async () => {
  const world = createLake();
  await deliver(world, [aLine('night', 'a'), aLine('night', 'b', { author: 'Bea' })]);
  await world.lake.deleteRows(select({ tenant: 'night', author: 'Ada' }));
  const erased_at = Date.now() / 1_000;
  const countOld = async () => {
    const rows = await query('SELECT to_unixtime(committed_at) AS at FROM "results$snapshots"');
    return rows.filter(({ at }) => Number(at) < erased_at).length;
  };
  await maintainTable(world.keeper, REMAINING);
  expect(await countOld()).toBeGreaterThan(0);
  shift_ms = 2 * DAY_MS;
  await maintainTable(world.keeper, REMAINING);
  expect(await countOld()).toBe(0);
  const left = await query("SELECT record_id FROM results WHERE tenant = 'night'");
  expect(left).toEqual([{ record_id: 'b' }]);
});
