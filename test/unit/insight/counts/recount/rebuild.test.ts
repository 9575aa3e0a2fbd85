import { expect, it } from 'vitest';
import { createCount } from '../../../../../insight/counts/count.ts';
import { compareDay, DayChangesError } from '../../../../../insight/counts/recount/compare.ts';
import { type RebuildDeps, rebuildDay } from '../../../../../insight/counts/recount/rebuild.ts';
import { createFakeCountsStore, type FakeCountsRow } from '../../../../fakes/counts-store.ts';
import { changeEvent, countedRow } from '../../../../support/changes.ts';

const DAY = Date.UTC(2026, 10, 27);
const CHANGED_AT = Date.parse('2026-11-27T06:20:01Z');

/** Creates a table whose rows are counted. Several tests then damage the counts. */
async function createWorld(rows = [countedRow(), countedRow({ sentiment: 'NEGATIVE' })]) {
  const counts_rows = new Map<string, FakeCountsRow>();
  const counts = createFakeCountsStore({ rows: counts_rows });
  const changes = rows.map((after, i) => ({ sequence_number: i + 1, after }));
  await createCount(counts)(changeEvent(changes));
  const slept: number[] = [];
  const clock = { now: CHANGED_AT + 3_600_000 };
  const deps: RebuildDeps = {
    results: {
      async *all() {
        yield* rows as Record<string, unknown>[];
      },
    },
    counts,
    now: () => clock.now,
    async sleep(ms) {
      slept.push(ms);
      clock.now += ms;
    },
  };
  return { deps, rows, counts_rows, slept, clock };
}

it('counts that equal the results table have no differences, and the comparison gives them a minute', async () => {
  const { deps, slept } = await createWorld();
  expect(await compareDay(deps, DAY)).toEqual([]);
  expect(slept).toEqual([60_000]);
});

it('a comparison names what each bucket of the day lacks, or has too much', async () => {
  const { deps, counts_rows } = await createWorld();
  const hour = counts_rows.get('acme#created_at#hour#2026-11|2026-11-27T06#app#shard-1')!;
  hour.measures = { ...hour.measures, 'n.en.pos': 4, 'cache.miss': 1 };
  expect(await compareDay(deps, DAY)).toEqual([
    {
      name: {
        partition: 'acme#created_at#hour#2026-11',
        bucket: '2026-11-27T06#app#recount',
        expires_at: undefined,
      },
      measures: { 'n.en.pos': -3, 'cache.miss': 1 },
    },
  ]);
  expect(await compareDay(deps, DAY - 86_400_000)).toEqual([]);
});

it('a rebuild makes the counts of a day equal to the results table, also if it runs again', async () => {
  const { deps, counts_rows, rows, clock } = await createWorld();
  counts_rows.delete('acme#created_at#hour#2026-11|2026-11-27T06#app#shard-1');
  const minute = counts_rows.get('acme#arrived_at#minute#2026-11-27|2026-11-27T06:20#app#shard-1')!;
  minute.measures = { 'n.fr.pos': 9 };
  expect(await rebuildDay(deps, DAY)).toHaveLength(2);
  expect(await rebuildDay(deps, DAY)).toEqual([]);
  const correction = counts_rows.get(
    'acme#arrived_at#minute#2026-11-27|2026-11-27T06:20#app#recount',
  );
  expect(correction?.measures).toMatchObject({ 'n.fr.pos': -9, 'n.en.pos': 1, 'n.en.neg': 1 });
  expect(correction?.expires_at).toBe(minute.expires_at);
  rows.pop();
  clock.now += 1;
  expect(await rebuildDay(deps, DAY)).toHaveLength(8);
  expect(await compareDay(deps, DAY)).toEqual([]);
});

it.each([
  [59_999, true],
  [60_001, false],
])('a day that changed %d ms before the comparison is refused: %s', async (ms, is_refused) => {
  const { deps, clock } = await createWorld();
  clock.now = CHANGED_AT + ms;
  const compared = compareDay(deps, DAY);
  if (is_refused) await expect(compared).rejects.toThrow(DayChangesError);
  else expect(await compared).toEqual([]);
});

it('minutes that are no longer kept are not compared', async () => {
  const { deps, counts_rows, clock } = await createWorld();
  clock.now = CHANGED_AT + 3 * 86_400_000;
  for (const [id, row] of counts_rows) if (id.includes('#minute#')) row.measures = {};
  expect(await compareDay(deps, DAY)).toEqual([]);
});

it('rows that are no results are not counted', async () => {
  const { deps } = await createWorld([countedRow({ first_created_at: undefined })]);
  expect(await compareDay(deps, DAY)).toEqual([]);
});
