import { expect, it } from 'vitest';
import type {
  CountsReader,
  CountsRows,
  CountsStore,
  Generations,
} from '../../../insight/counts/ports.ts';

type Store = CountsStore & CountsReader & CountsRows & Generations;

const PARTITION = 'acme#created_at#hour#2026-11';
const row = { partition: PARTITION, bucket: '2026-11-27T06#app#shard-1' };
const mark = (number: number) => String(number).padStart(40, '0');
const addition = (first: number, last: number, measures: Record<string, number>) => ({
  measures,
  first: mark(first),
  last: mark(last),
  changed_at: last * 1_000,
});

/** Defines the tests that every {@link CountsStore} must pass. */
export function describeCountsStore(createStore: () => Promise<Store>): void {
  const readAll = (store: Store, from = '2026', to = '2027') => store.read(PARTITION, from, to);

  it('A row of the counts adds up what is added to it, also what takes away', async () => {
    const store = await createStore();
    expect(await store.add(row, addition(1, 5, { 'n.en.pos': 3, 'units.billed': 9 }))).toBe(
      undefined,
    );
    const more = addition(6, 8, { 'n.en.pos': -1, 'n.zh-TW.neg': 1 });
    expect(await store.add(row, more)).toBe(undefined);
    expect(await readAll(store)).toEqual([
      {
        bucket: row.bucket,
        changed_at: 8_000,
        measures: { 'n.en.pos': 2, 'units.billed': 9, 'n.zh-TW.neg': 1 },
      },
    ]);
  });

  it('A row of the counts refuses changes up to its mark, and returns the mark', async () => {
    const store = await createStore();
    await store.add(row, addition(1, 5, { 'n.en.pos': 3 }));
    expect(await store.add(row, addition(5, 9, { 'n.en.pos': 1 }))).toBe(mark(5));
    expect(await store.add(row, addition(1, 5, { 'n.en.pos': 3 }))).toBe(mark(5));
    expect(await store.add(row, addition(6, 9, { 'n.en.pos': 1 }))).toBe(undefined);
    expect((await readAll(store))[0]?.measures).toEqual({ 'n.en.pos': 4 });
  });

  it('Changes that cancel each other out still move the mark of a row', async () => {
    const store = await createStore();
    expect(await store.add(row, addition(1, 4, {}))).toBe(undefined);
    expect(await store.add(row, addition(2, 3, { 'n.en.pos': 1 }))).toBe(mark(4));
    expect(await readAll(store)).toEqual([{ bucket: row.bucket, changed_at: 4_000, measures: {} }]);
  });

  it('Of writers that add the same changes at the same time, one succeeds', async () => {
    const store = await createStore();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => store.add(row, addition(1, 2, { 'n.en.pos': 1 }))),
    );
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    expect((await readAll(store))[0]?.measures).toEqual({ 'n.en.pos': 1 });
  });

  it('A read returns the buckets of one partition that start in the range', async () => {
    const store = await createStore();
    const buckets = ['2026-11-27T05#app#a', '2026-11-27T06#app#a', '2026-11-27T06#shop#b'];
    for (const bucket of [...buckets, '2026-11-27T07#app#a']) {
      await store.add({ partition: PARTITION, bucket }, addition(1, 1, { 'n.en.pos': 1 }));
    }
    const other = { partition: 'other#created_at#hour#2026-11', bucket: buckets[1]! };
    await store.add(other, addition(1, 1, { 'n.en.pos': 1 }));
    const found = await readAll(store, '2026-11-27T06', '2026-11-27T07');
    expect(found.map(({ bucket }) => bucket).sort()).toEqual(buckets.slice(1));
  });

  it('A row of the counts takes as many measures as a write has at most', async () => {
    const store = await createStore();
    const names = Array.from({ length: 200 }, (_, i) => `n.l${i}.lang`);
    const measures = Object.fromEntries(names.map((name) => [name, 1_000_000]));
    expect(await store.add(row, addition(1, 1, measures))).toBe(undefined);
    expect((await readAll(store))[0]?.measures).toEqual(measures);
  });

  it('A generation is active only from its activation on, and the tenant and the day have their own', async () => {
    const store = await createStore();
    expect(await store.beginGeneration('acme', '2026-11-27', 'one')).toBe(undefined);
    expect(await store.readGenerations('acme')).toEqual(new Map());
    expect(await store.activateGeneration('acme', '2026-11-27', 'one')).toBe(true);
    expect(await store.beginGeneration('acme', '2026-11-28', 'other')).toBe(undefined);
    expect(await store.activateGeneration('acme', '2026-11-28', 'other')).toBe(true);
    expect(await store.readGenerations('acme')).toEqual(
      new Map([
        ['2026-11-27', 'one'],
        ['2026-11-28', 'other'],
      ]),
    );
    expect(await store.readGenerations('acm')).toEqual(new Map());
  });

  it('A generation cannot become active after another of its day has begun', async () => {
    const store = await createStore();
    await store.beginGeneration('acme', '2026-11-27', 'one');
    await store.activateGeneration('acme', '2026-11-27', 'one');
    expect(await store.beginGeneration('acme', '2026-11-27', 'two')).toBe('one');
    expect(await store.beginGeneration('acme', '2026-11-27', 'three')).toBe('one');
    expect(await store.activateGeneration('acme', '2026-11-27', 'two')).toBe(false);
    expect(await store.readGenerations('acme')).toEqual(new Map([['2026-11-27', 'one']]));
    expect(await store.activateGeneration('acme', '2026-11-27', 'three')).toBe(true);
    expect(await store.readGenerations('acme')).toEqual(new Map([['2026-11-27', 'three']]));
    expect(await store.activateGeneration('acme', '2026-11-30', 'never begun')).toBe(false);
  });

  it('The tenants of all counts are listed once each, and a row can be removed', async () => {
    const store = await createStore();
    for (const [partition, bucket] of [
      [PARTITION, '2026-11-27T05#app#a'],
      [PARTITION, '2026-11-27T06#app#a'],
      ['other#arrived_at#day#2026', '2026-11-27#app#a'],
    ] as const) {
      await store.add({ partition, bucket }, addition(1, 1, { 'n.en.pos': 1 }));
    }
    expect((await store.listTenants()).sort()).toEqual(['acme', 'other']);
    await store.remove({ partition: PARTITION, bucket: '2026-11-27T05#app#a' });
    await store.remove({ partition: PARTITION, bucket: 'no such row' });
    expect((await readAll(store)).map(({ bucket }) => bucket)).toEqual(['2026-11-27T06#app#a']);
  });
}
