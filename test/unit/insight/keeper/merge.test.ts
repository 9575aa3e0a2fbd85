import { expect, it } from 'vitest';
import { listTableColumns } from '../../../../insight/keeper/columns.ts';
import { type MergeDeps, mergePending } from '../../../../insight/keeper/merge.ts';
import { writeCreateTable } from '../../../../insight/keeper/sql.ts';
import { createTablePreparation } from '../../../../insight/keeper/table.ts';
import { aRawObject } from '../../../contract/suites/keeper-stores.ts';
import { createFakeStatements, type FakeOutcome } from '../../../fakes/athena-statements.ts';
import { createFakeManifest, createFakeTableLease } from '../../../fakes/keeper-stores.ts';

const REMAINING = () => 600_000;
const MINUTE_MS = 60_000;
const COLUMNS = listTableColumns().map(({ name }) => name);

function createWorld(outcomeOf: (sql: string) => FakeOutcome = () => ({})) {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const logged: object[] = [];
  const answerColumns = (sql: string) => ({ columns: COLUMNS, ...outcomeOf(sql) });
  const athena = createFakeStatements(answerColumns);
  const { manifest, waiting } = createFakeManifest(now);
  const deps: MergeDeps = {
    ...{ manifest, now, statements: athena.statements, bucket: 'lake', interval_ms: 300_000 },
    lease: createFakeTableLease(now),
    preparation: createTablePreparation({ ...athena, bucket: 'lake', snapshot_days: 1 }),
    newOwner: () => 'owner',
    sleep: async (ms) => {
      clock.now += ms;
    },
    log: (message, details) => logged.push({ message, ...details }),
  };
  const merges = () => athena.started.filter((sql) => /MERGE INTO/.test(sql));
  return { ...athena, deps, manifest, waiting, clock, merges, logged };
}

it('objects are merged together when the oldest has waited for the interval, and not before', async () => {
  const { deps, manifest, clock, merges } = createWorld();
  await manifest.add(aRawObject({ key: 'results_raw/2026/11/27/06/a.gz', found_at: clock.now }));
  clock.now += 200_000;
  await manifest.add(aRawObject({ key: 'results_raw/2026/11/27/07/b.gz', found_at: clock.now }));
  expect(await mergePending(deps, REMAINING)).toMatchObject({ objects: 0, oldest_ms: 200_000 });
  clock.now += 100_000;
  expect(await mergePending(deps, REMAINING)).toMatchObject({ objects: 2, statements: 1 });
  expect(merges()).toHaveLength(1);
  expect(merges()[0]).toContain("hour IN ('2026/11/27/06', '2026/11/27/07')");
  expect(merges()[0]).toContain(
    `"$path" IN ('s3://lake/results_raw/2026/11/27/06/a.gz', 's3://lake/results_raw/2026/11/27/07/b.gz')`,
  );
  expect(merges()[0]).toContain("t.day IN (DATE '2026-11-26', DATE '2026-11-27')");
  expect(await mergePending(deps, REMAINING)).toMatchObject({ objects: 0, oldest_ms: 0 });
});

it('the table is created and compared with the schema once, and again after a failure', async () => {
  let fails = true;
  const { deps, manifest, started, clock } = createWorld((sql) =>
    fails && /CREATE TABLE/.test(sql) ? { state: 'failed', code: 'ACCESS_DENIED' } : {},
  );
  await manifest.add(aRawObject({ found_at: 0 }));
  await expect(mergePending(deps, REMAINING)).rejects.toThrow('ACCESS_DENIED');
  fails = false;
  await mergePending(deps, REMAINING);
  await manifest.add(
    aRawObject({ key: 'results_raw/2026/11/27/06/b.gz', found_at: clock.now - 300_000 }),
  );
  await mergePending(deps, REMAINING);
  const kinds = started.map((sql) => sql.trim().split(' ')[0]);
  expect(kinds).toEqual(['CREATE', 'CREATE', 'SELECT', 'MERGE', 'MERGE']);
});

it('the first message creates the table, although no object waits', async () => {
  const { deps, started } = createWorld();
  for (let i = 0; i < 2; i += 1) await mergePending(deps, REMAINING);
  expect(started.map((sql) => sql.trim().split(' ')[0])).toEqual(['CREATE', 'SELECT']);
});

it('objects that a statement cannot merge stay, are tried again later and later, and alone after two failures', async () => {
  const { deps, manifest, clock, merges, logged, waiting } = createWorld((sql) =>
    /06\/bad/.test(sql) ? { state: 'failed', code: 'HIVE_BAD_DATA' } : {},
  );
  await manifest.add(aRawObject({ key: 'results_raw/2026/11/27/06/bad.gz', found_at: 0 }));
  await manifest.add(aRawObject({ key: 'results_raw/2026/11/27/06/good.gz', found_at: 0 }));
  expect(await mergePending(deps, REMAINING)).toMatchObject({ objects: 0, failed: 2 });
  expect(logged).toEqual([
    { message: 'merge failed', code: 'HIVE_BAD_DATA', objects: expect.arrayContaining([]) },
  ]);
  expect(await mergePending(deps, REMAINING)).toMatchObject({ failed: 0 });
  clock.now += MINUTE_MS;
  expect(await mergePending(deps, REMAINING)).toMatchObject({ failed: 2 });
  clock.now += 2 * MINUTE_MS;
  expect(await mergePending(deps, REMAINING)).toMatchObject({ objects: 1, failed: 1 });
  expect([...waiting.keys()]).toEqual(['results_raw/2026/11/27/06/bad.gz']);
  for (const minutes of [4, 8, 16, 32, 64, 64, 64]) {
    const before = merges().length;
    clock.now += minutes * MINUTE_MS - 1_000;
    await mergePending(deps, REMAINING);
    expect(merges()).toHaveLength(before);
    clock.now += 1_000;
    await mergePending(deps, REMAINING);
    expect(merges()).toHaveLength(before + 1);
  }
});

it('a keeper that finds the lease taken leaves the objects, and says so', async () => {
  const { deps, manifest, started } = createWorld();
  await manifest.add(aRawObject({ found_at: 0 }));
  await deps.lease.take('other', 10_000_000);
  expect(await mergePending(deps, REMAINING)).toMatchObject({ is_busy: true, objects: 0 });
  expect(started).toEqual([]);
});

it('objects that arrive during a merge are merged too, although their own message found the lease taken', async () => {
  const { deps, manifest, clock, merges } = createWorld();
  await manifest.add(aRawObject({ found_at: 0 }));
  const complete: MergeDeps['manifest']['complete'] = async (objects) => {
    await manifest.complete(objects);
    const key = 'results_raw/2026/11/27/06/late.gz';
    if (!(await manifest.has(key)))
      await manifest.add(aRawObject({ key, found_at: clock.now - 400_000 }));
  };
  const report = await mergePending({ ...deps, manifest: { ...manifest, complete } }, REMAINING);
  expect(report).toMatchObject({ objects: 2, statements: 2 });
  expect(merges()).toHaveLength(2);
});

it('an invocation without time leaves the objects as they are', async () => {
  const { deps, manifest, waiting } = createWorld();
  await manifest.add(aRawObject({ found_at: 0 }));
  expect(await mergePending(deps, () => 50_000)).toMatchObject({ objects: 0, failed: 0 });
  expect([...waiting.values()]).toEqual([aRawObject({ found_at: 0 })]);
});

it('every replaced row makes OPTIMIZE rewrite its file, and snapshots end after their days', () => {
  const sql = writeCreateTable('lake', 2);
  expect(sql).toContain("'optimize_rewrite_delete_file_threshold' = '1'");
  expect(sql).toContain("'vacuum_max_snapshot_age_seconds' = '172800'");
  expect(sql).toContain('PARTITIONED BY (day)');
});

// A statement of Hive has another notation for apostrophes than one of Trino.
it('no comment of a column has an apostrophe, or is longer than Glue allows', () => {
  for (const { comment = '' } of listTableColumns()) {
    expect(comment).not.toMatch(/['\\]/);
    expect(comment.length).toBeLessThanOrEqual(255);
  }
});
