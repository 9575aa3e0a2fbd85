import { expect, it } from 'vitest';
import { createEraseFromLake } from '../../../../insight/keeper/erase.ts';
import { StatementError } from '../../../../insight/keeper/lease.ts';
import type { RawLine } from '../../../../insight/keeper/ports.ts';
import { hashText, type Selection, type Selector } from '../../../../schemas/index.ts';
import { createFakeStatements, type FakeOutcome } from '../../../fakes/athena-statements.ts';
import { createFakeTableLease } from '../../../fakes/keeper-stores.ts';

const KEY = 'results_raw/2026/11/27/11/a.gz';
const aSelection = (selector: Partial<Selector> = {}): Selection => ({
  selector: { tenant: 'acme', ...selector },
  accepted_until: 1_000,
});
const aLine = (fields: Partial<RawLine> = {}): RawLine => ({
  ...{ tenant: 'acme', source: 's', record_id: 'r', status: 'analyzed', revision: 1, stamp: 5 },
  ...fields,
});

function createWorld(outcomeOf: (sql: string) => FakeOutcome, lines: RawLine[] = []) {
  const now = () => 0;
  const athena = createFakeStatements(outcomeOf);
  const lease = createFakeTableLease(now);
  const blanked: [string, string[]][] = [];
  const lake = createEraseFromLake(
    {
      ...{ lease, now, statements: athena.statements },
      newOwner: () => 'eraser',
      sleep: async () => {},
      raw: {
        async *lines() {},
        async *keys() {},
        days: async () => ['2026-11-26', '2026-11-27'],
        size: async () => 1,
        async blank(key, isStale) {
          blanked.push([key, lines.filter(isStale).map(({ record_id }) => record_id)]);
        },
      },
    },
    () => 600_000,
  );
  return { ...athena, lake, lease, blanked };
}
const countDays = (days: string[]) => (sql: string) =>
  sql.includes('count(*)') ? { rows: days.map((day) => ({ day, n: 3 })) } : {};

it('the rows of a selection are counted over all days', async () => {
  const { lake, started } = createWorld(countDays(['2026-11-26', '2026-11-27']));
  expect(await lake.countRows(aSelection())).toBe(6);
  expect(started).toHaveLength(1);
});

it('a lake whose table does not exist yet has no rows, and nothing is deleted from it', async () => {
  const { lake, started } = createWorld(() => ({ state: 'failed', code: 'TABLE_NOT_FOUND' }));
  expect(await lake.countRows(aSelection())).toBe(0);
  await lake.deleteRows(aSelection());
  expect(started.filter((sql) => sql.includes('DELETE'))).toEqual([]);
});

it('an error of the count ends the erasure, so that no report says that nothing was there', async () => {
  const { lake } = createWorld(() => ({ state: 'failed', code: 'ACCESS_DENIED' }));
  await expect(lake.countRows(aSelection())).rejects.toThrow(StatementError);
  await expect(lake.deleteRows(aSelection())).rejects.toThrow('ACCESS_DENIED');
});

it('rows are deleted day by day under the lease, at most 90 days a statement', async () => {
  const days = Array.from({ length: 91 }, (_, i) => `day-${i}`);
  const owners: unknown[] = [];
  const world = createWorld((sql) => {
    if (sql.includes('DELETE')) owners.push(world.lease.take('another', 1));
    return countDays(days)(sql);
  });
  await world.lake.deleteRows(aSelection());
  const deletes = world.started.filter((sql) => sql.includes('DELETE'));
  expect(deletes.map((sql) => sql.match(/day-\d+/g)?.length)).toEqual([90, 1]);
  expect(await Promise.all(owners)).toEqual([undefined, undefined]);
});

it('the selected lines of a day are blanked, and the objects with older texts of withdrawn records after them', async () => {
  const older = 'results_raw/2026/11/27/12/b.gz';
  const stale = { path: `s3://lake/${older}`, tenant: 'acme', source: 's', record_id: 'w' };
  const world = createWorld(
    (sql) =>
      sql.includes('DISTINCT "$path"')
        ? { rows: [{ path: `s3://lake/${KEY}` }] }
        : { rows: [{ ...stale, revision: 9 }] },
    [
      aLine(),
      aLine({ record_id: 'of another', tenant: 'another' }),
      aLine({ record_id: 'later', stamp: 1_001 }),
      aLine({ record_id: 'w' }),
    ],
  );
  expect(await world.lake.blankDay(aSelection({ source: 's' }), '2026-11-27')).toEqual([
    KEY,
    older,
  ]);
  expect(world.blanked).toEqual([
    [KEY, ['r', 'w']],
    [older, ['w']],
  ]);
});

it('the days of the raw objects are those of the bucket', async () => {
  expect(await createWorld(() => ({})).lake.rawDays()).toEqual(['2026-11-26', '2026-11-27']);
});

it.each<[string, Partial<Selector>, string[], string[]]>([
  ['a tenant', {}, [], ['source =', 'record_id', 'author', 'created_at <']],
  ['a source', { source: 'shop' }, ["source = 'shop'"], ['record_id', 'author']],
  [
    'a record',
    { source: 'shop', record_id: 'r-1' },
    ["source = 'shop'", `to_utf8(record_id)))) IN ('${hashText('r-1')}')`],
    ['author', 'created_at <', "'r-1'"],
  ],
  [
    'an author',
    { author: 'Ada' },
    [`to_utf8(author)))) IN ('${hashText('Ada')}')`],
    ['record_id', 'Ada'],
  ],
  [
    'a time',
    { before: '2026-11-01T10:30:00Z' },
    ["created_at < TIMESTAMP '2026-11-01 10:30:00.000'"],
    ['record_id', 'author'],
  ],
])(
  'the statements for %s name it alone, and no person in the clear',
  async (_, selector, parts, others) => {
    const { lake, started } = createWorld(countDays(['2026-11-27']));
    await lake.deleteRows(aSelection(selector));
    const [count, remove] = started;
    for (const sql of [count, remove]) {
      for (const part of ["tenant = 'acme'", 'stamp <= 1000', "status <> 'withdrawn'", ...parts]) {
        expect(sql).toContain(part);
      }
      for (const other of others) expect(sql).not.toContain(other);
    }
    expect(remove).toContain("day IN (DATE '2026-11-27')");
  },
);

it('the raw objects of a day are found by its hours, by times in text, and only where a line has something to blank', async () => {
  const { lake, started } = createWorld(() => ({}));
  await lake.blankDay(aSelection({ before: '2026-11-01T10:30:00Z' }), '2026-11-27');
  expect(started[0]).toContain("hour BETWEEN '2026/11/27/00' AND '2026/11/27/23'");
  expect(started[0]).toContain("created_at < '2026-11-01T10:30:00.000Z'");
  expect(started[0]).toContain(
    '(text IS NOT NULL OR author IS NOT NULL OR url IS NOT NULL OR attributes IS NOT NULL)',
  );
});
