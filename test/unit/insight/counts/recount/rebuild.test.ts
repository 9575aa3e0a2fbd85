import { expect, it } from 'vitest';
import { createCount } from '../../../../../insight/counts/count.ts';
import { createReadBuckets } from '../../../../../insight/counts/read.ts';
import { compareDay, DayChangesError } from '../../../../../insight/counts/recount/compare.ts';
import {
  type RebuildDeps,
  RebuildReplacedError,
  rebuildDay,
} from '../../../../../insight/counts/recount/rebuild.ts';
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
    newGeneration: () => `g-${clock.now}`,
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

it('the counts of a source whose results may have expired stay as they are, also through the rebuild of another source', async () => {
  const { deps, counts_rows, rows, clock } = await createWorld([
    countedRow(),
    countedRow({ source: 'shop' }),
  ]);
  const bucketOf = (source: string) =>
    counts_rows.get(`acme#created_at#hour#2026-11|2026-11-27T06#${source}#shard-1`)!;
  bucketOf('app').measures = { 'n.en.pos': 7 };
  // A rebuild corrects the source while its results are there.
  await rebuildDay(deps, DAY);
  expect(await compareDay(deps, DAY)).toEqual([]);
  rows.shift();
  bucketOf('shop').measures = { 'n.en.pos': 9 };
  clock.now += 2 * 86_400_000;
  const kept = {
    ...deps,
    findRetention: (_: string, source: string) => (source === 'app' ? 1 : undefined),
  };
  const wrong = await compareDay(kept, DAY);
  expect(wrong.map(({ name }) => name.bucket)).toEqual(['2026-11-27T06#shop#recount']);
  await rebuildDay(kept, DAY);
  expect(await compareDay(kept, DAY)).toEqual([]);
  const hours = await createReadBuckets({ counts: deps.counts, now: deps.now })({
    ...{ tenant: 'acme', time: 'created_at', interval: 'hour', from: DAY, to: DAY + 86_400_000 },
  });
  expect(hours.map(({ source, measures }) => [source, measures['n.en.pos']]).sort()).toEqual([
    ['app', 1],
    ['shop', 1],
  ]);
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
  const id = 'acme#arrived_at#minute#2026-11-27|2026-11-27T06:20#app#recount-';
  const correction = [...counts_rows].find(([name]) => name.startsWith(id))?.[1];
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

it('a tenant without rows in the results table is rebuilt to zero', async () => {
  const { deps, rows, counts_rows } = await createWorld();
  rows.length = 0;
  expect(await rebuildDay(deps, DAY)).toHaveLength(8);
  const read = createReadBuckets({ counts: deps.counts, now: deps.now });
  const query = { tenant: 'acme', time: 'created_at', interval: 'hour' } as const;
  const [bucket] = await read({ ...query, from: DAY, to: DAY + 86_400_000 });
  expect(bucket?.measures).toEqual({});
  expect(counts_rows.size).toBe(16);
  expect(await compareDay(deps, DAY)).toEqual([]);
});

it('a rebuild that finds the day changed while it wrote, or another rebuild begun, changes nothing that readers see', async () => {
  const { deps, counts_rows, clock } = await createWorld();
  const minute = counts_rows.get('acme#arrived_at#minute#2026-11-27|2026-11-27T06:20#app#shard-1')!;
  minute.measures = { 'n.fr.pos': 9 };
  const wrong = await compareDay(deps, DAY);
  let sleeps = 0;
  const interrupt = (work: () => Promise<unknown>): RebuildDeps => ({
    ...deps,
    async sleep(ms) {
      clock.now += ms;
      sleeps += 1;
      if (sleeps % 2 === 0) void (await work());
    },
  });
  const late = interrupt(async () => {
    minute.measures = { 'n.fr.pos': 10 };
  });
  await expect(rebuildDay(late, DAY)).rejects.toThrow(DayChangesError);
  minute.measures = { 'n.fr.pos': 9 };
  const replaced = interrupt(() => deps.counts.beginGeneration('acme', '2026-11-27', 'other'));
  await expect(rebuildDay(replaced, DAY)).rejects.toThrow(RebuildReplacedError);
  expect(await compareDay(deps, DAY)).toEqual(wrong);
});

it('the rows of generations that no reader adds are removed by the next rebuild', async () => {
  const { deps, counts_rows, clock } = await createWorld();
  const minute = counts_rows.get('acme#arrived_at#minute#2026-11-27|2026-11-27T06:20#app#shard-1')!;
  const listGenerations = () =>
    new Set([...counts_rows.keys()].flatMap((id) => id.split('#recount-').slice(1)));
  const generations: Set<string>[] = [];
  for (const records of [9, 8, 7]) {
    minute.measures = { 'n.fr.pos': records };
    clock.now += 1;
    await rebuildDay(deps, DAY);
    generations.push(listGenerations());
  }
  expect(generations.map(({ size }) => size)).toEqual([1, 2, 2]);
  expect(generations[2]).not.toContain([...generations[0]!][0]);
});
