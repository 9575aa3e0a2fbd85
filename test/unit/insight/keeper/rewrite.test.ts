import { expect, it } from 'vitest';
import { InterruptedError } from '../../../../insight/keeper/lease.ts';
import type { RawLine } from '../../../../insight/keeper/ports.ts';
import { keyOfPath, rewriteDay, rewriteWithdrawn } from '../../../../insight/keeper/rewrite.ts';
import { createFakeStatements, type FakeOutcome } from '../../../fakes/athena-statements.ts';
import { createFakeManifest, createFakeTableLease } from '../../../fakes/keeper-stores.ts';

const NOW = Date.UTC(2026, 10, 27, 3);
const KEY = 'results_raw/2026/11/27/11/a.gz';
const aLine = (fields: Partial<RawLine> = {}): RawLine => ({
  ...{ tenant: 't', source: 's', record_id: 'r', status: 'analyzed', revision: 1 },
  ...fields,
});
const aStaleRow = (fields: object = {}) => ({
  ...{ path: `s3://lake/${KEY}`, tenant: 't', source: 's', record_id: 'r', revision: 5 },
  ...fields,
});

/** A lake with one raw object of these lines. `blanked` has the ids of the lines that lost their texts. */
function createWorld(lines: RawLine[], outcomeOf?: (sql: string) => FakeOutcome) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const athena = createFakeStatements(outcomeOf);
  const { manifest } = createFakeManifest(now);
  const blanked = new Map<string, string[]>();
  const deps = {
    ...{ manifest, now, statements: athena.statements },
    lease: createFakeTableLease(now),
    newOwner: () => 'owner',
    sleep: async (ms: number) => {
      clock.now += ms;
    },
    raw: {
      async *lines() {},
      async *keys() {},
      days: async () => ['2026-11-26', '2026-11-27'],
      size: async () => 1,
      async blank(key: string, isStale: (line: RawLine) => boolean) {
        const ids = lines.filter(isStale).map(({ record_id }) => record_id);
        blanked.set(key, [...(blanked.get(key) ?? []), ...ids]);
      },
    },
  };
  return { ...athena, deps, manifest, blanked, clock };
}

it('a raw object loses the texts of the versions before a withdrawal, and of no other version or record', async () => {
  const lines = [
    aLine({ record_id: 'r' }),
    aLine({ record_id: 'r', revision: 4 }),
    aLine({ record_id: 'r', revision: undefined }),
    aLine({ record_id: 'r', revision: 5, status: 'withdrawn' }),
    aLine({ record_id: 'r', revision: 6, text: 'written again' } as Partial<RawLine>),
    aLine({ record_id: 'q', revision: 2 }),
    aLine({ record_id: 'other' }),
    aLine({ record_id: 'r', tenant: 'another' }),
    aLine({ record_id: 'r', source: 'another' }),
  ];
  const rows = [aStaleRow(), aStaleRow({ record_id: 'q', revision: 3 })];
  const { deps, blanked } = createWorld(lines, () => ({ rows }));
  expect(await rewriteDay(deps, () => 600_000, '2026-11-27')).toEqual([KEY]);
  expect([...blanked]).toEqual([[KEY, ['r', 'r', 'r', 'q']]]);
});

it('a withdrawal in one object blanks no line of another object', async () => {
  const other = 'results_raw/2026/11/27/12/b.gz';
  const rows = [aStaleRow(), aStaleRow({ path: `s3://lake/${other}`, record_id: 'q' })];
  const { deps, blanked } = createWorld([aLine(), aLine({ record_id: 'q' })], () => ({ rows }));
  expect(await rewriteDay(deps, () => 600_000, '2026-11-27')).toEqual([KEY, other]);
  expect(blanked).toEqual(
    new Map([
      [KEY, ['r']],
      [other, ['q']],
    ]),
  );
});

it('a day with as many stale lines as one query returns is asked again until it has fewer', async () => {
  let asked = 0;
  const { deps, started } = createWorld([aLine()], () => {
    asked += 1;
    return { rows: Array.from({ length: asked === 1 ? 20_000 : 19_999 }, () => aStaleRow()) };
  });
  expect(await rewriteDay(deps, () => 600_000, '2026-11-27')).toEqual([KEY, KEY]);
  expect(started).toHaveLength(2);
  for (const sql of started) expect(sql).toContain('20000');
});

it.each([
  [60_000, 1],
  [59_999, 0],
])('with %i ms left after the query, %i objects are rewritten', async (left, objects) => {
  let is_asked = false;
  const { deps, blanked } = createWorld([aLine()], () => {
    is_asked = true;
    return { rows: [aStaleRow()] };
  });
  const rewriting = rewriteDay(deps, () => (is_asked ? left : 600_000), '2026-11-27');
  if (objects === 0) await expect(rewriting).rejects.toThrow(InterruptedError);
  else expect(await rewriting).toHaveLength(objects);
  expect(blanked.size).toBe(objects);
});

it('after a withdrawal, the days are searched from the newest to the oldest, and the objects are counted', async () => {
  const { deps, manifest, started } = createWorld([aLine()], () => ({ rows: [aStaleRow()] }));
  await manifest.writeTime('withdrawn', NOW - 1);
  expect(await rewriteWithdrawn(deps, () => 600_000)).toBe(2);
  expect(started.map((sql) => /2026\/11\/\d\d/.exec(sql)?.[0])).toEqual([
    '2026/11/27',
    '2026/11/26',
  ]);
  expect(await manifest.readTime('rewriting_started')).toBe(NOW);
});

it.each([
  [0, true],
  [1, false],
])(
  'a search that began two days and %i ms after the withdrawal was the last but one: %s',
  async (late, is_searched) => {
    const { deps, manifest, started } = createWorld([aLine()]);
    await manifest.writeTime('withdrawn', NOW);
    await manifest.writeTime('rewriting_started', NOW + 2 * 86_400_000 + late);
    expect(await rewriteWithdrawn(deps, () => 600_000)).toBe(0);
    expect(started.length > 0).toBe(is_searched);
  },
);

it('without a withdrawal, no raw object is searched', async () => {
  const { deps, started, manifest } = createWorld([aLine()]);
  expect(await rewriteWithdrawn(deps, () => 600_000)).toBe(0);
  expect(started).toEqual([]);
  expect(await manifest.readTime('rewriting_started')).toBe(0);
});

it('the key of a path is all that follows the bucket', () => {
  expect(keyOfPath(`s3://lake/${KEY}`)).toBe(KEY);
  expect(keyOfPath('s3://lake/odd/s3://name/x.gz')).toBe('odd/s3://name/x.gz');
});
