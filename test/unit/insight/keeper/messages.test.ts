import { expect, it } from 'vitest';
import { InterruptedError, StatementError } from '../../../../insight/keeper/lease.ts';
import { createMessageHandler, type MessagesDeps } from '../../../../insight/keeper/messages.ts';
import { startOfNight } from '../../../../insight/keeper/night.ts';
import { type RawLine, UnreadableObjectError } from '../../../../insight/keeper/ports.ts';
import { createTablePreparation } from '../../../../insight/keeper/table.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { aRawObject } from '../../../contract/suites/keeper-stores.ts';
import { createFakeStatements, type FakeOutcome } from '../../../fakes/athena-statements.ts';
import { createFakeManifest, createFakeTableLease } from '../../../fakes/keeper-stores.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const KEY = 'results_raw/2026/11/27/11/a.gz';
const announce = (key = KEY) => ({
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'lake' }, object: { key } },
});
const aLine = (fields: Partial<RawLine> = {}): RawLine => ({
  ...{ tenant: 't', source: 's', record_id: 'r', status: 'analyzed', revision: 1 },
  first_created_at: '2026-11-27T11:00:00.000Z',
  ...fields,
});

function createWorld(lines: RawLine[] = [aLine()], outcomeOf?: (sql: string) => FakeOutcome) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const athena = createFakeStatements(outcomeOf);
  const stores = createFakeManifest(now);
  const sent: unknown[] = [];
  const measured: unknown[] = [];
  const logged: { message: string }[] = [];
  const objects = new Map([[KEY, lines]]);
  const deps: MessagesDeps = {
    ...{ manifest: stores.manifest, now, statements: athena.statements },
    ...{ bucket: 'lake', interval_ms: 300_000 },
    retention: { by_tenant: {}, by_source: {} },
    lease: createFakeTableLease(now),
    preparation: createTablePreparation({ ...athena, bucket: 'lake', snapshot_days: 1 }),
    newOwner: () => 'owner',
    sleep: async (ms) => {
      clock.now += ms;
    },
    raw: {
      async *lines(key) {
        yield* objects.get(key) ?? [];
      },
      days: async () => ['2026-11-25', '2026-11-26', '2026-11-27'],
      size: async (key) => (objects.has(key) ? 77 : undefined),
      async *keys(hour) {
        yield* [...objects.keys()].filter((key) => key.includes(`/${hour}/`));
      },
      blank: async () => {},
    },
    readBuckets: async () => [],
    queue: { send: async (message, delay) => void sent.push([message, delay]) },
    measure: (name, value) => measured.push([name, value]),
    log: (message, details) => logged.push({ message, ...details }),
    logError: (message, details) => logged.push({ message, ...details }),
  };
  const handle = (message: object, changed: Partial<MessagesDeps> = {}) =>
    createMessageHandler({ ...deps, ...changed })(
      [{ messageId: 'm', body: JSON.stringify(message) } as never],
      () => 600_000,
    );
  return { ...athena, ...stores, deps, handle, sent, measured, logged, clock, objects };
}
const DONE = { batchItemFailures: [] };

it('an object that arrives waits with the days of its records, and a message asks to merge it after the interval', async () => {
  const { handle, sent, manifest } = createWorld([
    aLine(),
    aLine({ first_created_at: '2019-03-01T00:00:00.000Z', status: 'withdrawn' }),
    aLine({ revision: undefined, first_created_at: '2000-01-01T00:00:00.000Z' }),
    aLine({ first_created_at: undefined }),
  ]);
  expect(await handle(announce())).toEqual(DONE);
  expect(await manifest.list(10)).toEqual([
    aRawObject({
      ...{ key: KEY, days: ['2019-03-01', '2026-11-27'], bytes: 77, found_at: NOW },
      has_withdrawals: true,
    }),
  ]);
  expect(sent).toEqual([[{ kind: 'merge' }, 300]]);
});

it('an object that is announced again, or holds nothing to merge, asks for no merge', async () => {
  const { handle, sent, objects } = createWorld();
  await handle(announce());
  await handle(announce());
  expect(sent).toHaveLength(1);
  objects.set('results_raw/2026/11/27/11/b.gz', [aLine({ revision: undefined })]);
  await handle(announce('results_raw/2026/11/27/11/b.gz'));
  await handle(announce('results_raw/2026/11/27/11/gone.gz'));
  await handle(announce('query-results/a.csv'));
  expect(sent).toHaveLength(1);
});

it('an object that Athena could not read is counted, logged by its key, and not merged', async () => {
  const { handle, sent, measured, logged, deps } = createWorld();
  const raw = {
    ...deps.raw,
    // biome-ignore lint/correctness/useYield: the object fails at once
    async *lines() {
      throw new UnreadableObjectError('no gzip');
    },
  };
  expect(await handle(announce(), { raw })).toEqual(DONE);
  expect(measured).toEqual([['lake_unreadable_objects', 1]]);
  expect(logged).toEqual([{ message: 'object is unreadable', key: KEY }]);
  expect(sent).toEqual([]);
});

it('each merge measures how long the oldest object waits, and counts the objects that failed', async () => {
  const { handle, measured, clock } = createWorld([aLine()], (sql) =>
    /MERGE/.test(sql) ? { state: 'failed', code: 'HIVE_BAD_DATA' } : {},
  );
  await handle(announce());
  clock.now += 360_000;
  expect(await handle({ kind: 'merge' })).toEqual(DONE);
  expect(measured).toEqual([
    ['lake_pending_seconds', 360],
    ['lake_merge_failures', 1],
  ]);
});

it('a message that fails is delivered again, and the log has no text of the error', async () => {
  const { handle, logged, manifest } = createWorld();
  const list = () => Promise.reject(new Error('a secret text'));
  expect(await handle({ kind: 'merge' }, { manifest: { ...manifest, list } })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm' }],
  });
  expect(JSON.stringify(logged)).not.toContain('secret');
  expect(await handle({ kind: 'unknown' })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm' }],
  });
});

it('the night finds the objects of the last two days of which no event came, and then works once', async () => {
  const { handle, manifest, started, objects, clock } = createWorld();
  objects.set('results_raw/2026/11/24/11/old.gz', [aLine()]);
  await handle({ kind: 'maintain' });
  expect((await manifest.list(10)).map(({ key }) => key)).toEqual([KEY]);
  expect(started).toEqual(['VACUUM results']);
  await handle({ kind: 'maintain' });
  clock.now = Date.UTC(2026, 10, 28, 1, 59);
  await handle({ kind: 'maintain' });
  expect(started).toHaveLength(1);
  clock.now = Date.UTC(2026, 10, 28, 2, 1);
  await handle({ kind: 'maintain' });
  expect(started).toHaveLength(2);
});

it('OPTIMIZE and VACUUM are repeated until nothing is left, and no statement is of more than 90 days', async () => {
  const more = { VACUUM: 2, OPTIMIZE: 3 };
  const { handle, manifest, started, logged } = createWorld([], (sql) => {
    const kind = sql.startsWith('VACUUM') ? 'VACUUM' : 'OPTIMIZE';
    more[kind] -= 1;
    return more[kind] >= 0 ? { state: 'failed', code: `ICEBERG_${kind}_MORE_RUNS_NEEDED` } : {};
  });
  const days = Array.from({ length: 100 }, (_, i) =>
    new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10),
  );
  await manifest.complete([aRawObject({ days })]);
  await handle({ kind: 'maintain' });
  const kinds = started.map((sql) => sql.split(' ')[0]);
  // The first 90 days need four statements, and the other 10 days need one.
  expect(kinds).toEqual([...Array(5).fill('OPTIMIZE'), 'VACUUM', 'VACUUM', 'VACUUM']);
  expect(await manifest.changedDays()).toEqual([]);
  expect(logged.map(({ message }) => message)).toEqual(['lake maintained']);
  for (const sql of started) expect((sql.match(/DATE/g) ?? []).length).toBeLessThanOrEqual(90);
});

it('raw objects are searched for texts of withdrawn records for two days after a withdrawal, and then not', async () => {
  const { handle, manifest, started, clock } = createWorld();
  await handle({ kind: 'maintain' });
  expect(started.filter((sql) => /GROUP BY/.test(sql))).toHaveLength(0);
  await manifest.complete([aRawObject({ has_withdrawals: true })]);
  const searches: number[] = [];
  for (let night = 1; night <= 5; night += 1) {
    clock.now += 86_400_000;
    const before = started.length;
    await handle({ kind: 'maintain' });
    searches.push(started.slice(before).filter((sql) => /GROUP BY/.test(sql)).length);
  }
  // Each search reads the three days that have objects, one by one.
  expect(searches).toEqual([3, 3, 3, 0, 0]);
});

it('the night searches all days for records whose rows had expired, once after a withdrawal without a row', async () => {
  const days = Array.from({ length: 70 }, (_, i) => new Date(NOW - i * 86_400_000));
  const rows = days.map((day) => ({ day: day.toISOString().slice(0, 10) })).reverse();
  const find = /SELECT DISTINCT CAST\(t\.day/;
  let found = rows.slice(0, 2);
  const outcomeOf = (sql: string) => {
    if (find.test(sql)) {
      const answer = found;
      found = [];
      return { rows: answer };
    }
    return /SELECT DISTINCT CAST\(day/.test(sql) ? { rows } : {};
  };
  const unseen = aLine({ status: 'withdrawn', first_created_at: undefined });
  const { handle, manifest, started, clock, objects } = createWorld([aLine()], outcomeOf);
  const searchAtNight = async () => {
    clock.now += 86_400_000;
    const before = started.length;
    expect(await handle({ kind: 'maintain' })).toEqual(DONE);
    return started.slice(before).filter((sql) => find.test(sql) || /MERGE/.test(sql));
  };
  expect(await searchAtNight()).toEqual([]);
  const key = 'results_raw/2026/11/28/11/b.gz';
  objects.set(key, [unseen]);
  await handle(announce(key));
  const [first, merge, ...others] = await searchAtNight();
  expect(first?.match(/DATE/g)).toHaveLength(30);
  expect(merge).toContain(`t.day IN (DATE '${rows[0]!.day}', DATE '${rows[1]!.day}')`);
  expect(others.map((sql) => sql.match(/DATE/g)?.length)).toEqual([30, 10]);
  expect(await manifest.readTime('withdrawn')).toBeGreaterThan(0);
  expect(started.some((sql) => sql.includes(`OPTIMIZE`) && sql.includes(rows[0]!.day))).toBe(true);
  expect(await searchAtNight()).toEqual([]);
});

it('a search for expired rows that is interrupted is done by the next message', async () => {
  const unseen = aLine({ status: 'withdrawn', first_created_at: undefined });
  const { handle, deps, manifest, started } = createWorld([unseen]);
  await handle(announce());
  const message = { messageId: 'm', body: '{"kind":"maintain"}' } as never;
  expect(await createMessageHandler(deps)([message], () => 0)).toEqual(DONE);
  expect(await manifest.readTime('unseen_searched')).toBe(0);
  expect(await manifest.readTime('maintained')).toBe(0);
  await handle({ kind: 'maintain' });
  expect(started.join()).toContain('SELECT DISTINCT CAST(day');
  expect(await manifest.readTime('unseen_searched')).toBeGreaterThan(0);
});

it('a message to check the counts compares them with the table, and publishes the drift', async () => {
  const { handle, measured } = createWorld();
  expect(await handle({ kind: 'check_counts' })).toEqual(DONE);
  expect(measured).toEqual([
    ['counts_unchecked_seconds', 0],
    ['counts_drift', 0],
  ]);
});

it('a merge without objects or failures measures only the time, and logs nothing', async () => {
  const { handle, measured, logged } = createWorld();
  expect(await handle({ kind: 'merge' })).toEqual(DONE);
  expect(measured).toEqual([['lake_pending_seconds', 0]]);
  expect(logged).toEqual([]);
});

it('a merge of objects logs how many it has merged, and measures no failure', async () => {
  const { handle, measured, logged, clock } = createWorld();
  await handle(announce());
  clock.now += 300_000;
  expect(await handle({ kind: 'merge' })).toEqual(DONE);
  expect(measured).toEqual([['lake_pending_seconds', 0]]);
  expect(logged).toEqual([
    expect.objectContaining({ message: 'objects merged', objects: 1, statements: 1, failed: 0 }),
  ]);
});

it.each([
  [new ServiceError('s3', 'SlowDown', { retryable: true }), 's3: SlowDown'],
  [new StatementError('HIVE_BAD_DATA'), 'HIVE_BAD_DATA'],
])('the log of a message that failed names the code of %s', async (error, words) => {
  const { handle, logged, manifest } = createWorld();
  const list = () => Promise.reject(error);
  await handle({ kind: 'merge' }, { manifest: { ...manifest, list } });
  expect(logged).toEqual([expect.objectContaining({ message: 'message failed', message_id: 'm' })]);
  expect(JSON.stringify(logged)).toContain(words);
});

it('the night logs what it did, and one that is interrupted logs why and is done by the next message', async () => {
  const { handle, manifest, logged, objects, clock } = createWorld();
  objects.set('results_raw/2026/11/27/10/b.gz', [aLine()]);
  await manifest.complete([aRawObject({ days: ['2026-11-25', '2026-11-26'] })]);
  const interrupt = () => Promise.reject(new InterruptedError('No time is left'));
  const start = { ...createWorld().deps.statements, start: interrupt };
  expect(await handle({ kind: 'maintain' }, { statements: start })).toEqual(DONE);
  expect(logged.splice(0)).toEqual([
    { message: 'maintenance interrupted', reason: 'No time is left' },
  ]);
  objects.set('results_raw/2026/11/27/09/c.gz', [aLine()]);
  clock.now += 3_600_000;
  await handle({ kind: 'maintain' });
  expect(logged).toEqual([
    {
      ...{ message: 'lake maintained', missed: 1, withdrawn_days: 0, rewritten: 0 },
      expired_days: 0,
      ...{ days: 2, statements: 2 },
    },
  ]);
});

it('a night whose statement fails is not done, and its message comes again', async () => {
  const { handle, manifest } = createWorld([], () => ({ state: 'failed', code: 'ACCESS_DENIED' }));
  expect(await handle({ kind: 'maintain' })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm' }],
  });
  expect(await manifest.readTime('maintained')).toBe(0);
});

it.each([
  [Date.UTC(2026, 10, 27, 2), Date.UTC(2026, 10, 27, 2)],
  [Date.UTC(2026, 10, 27, 2) - 1, Date.UTC(2026, 10, 26, 2)],
  [Date.UTC(2026, 10, 27, 23, 59), Date.UTC(2026, 10, 27, 2)],
])('at %i, the night began at %i', (now, began) => {
  expect(startOfNight(now)).toBe(began);
});
