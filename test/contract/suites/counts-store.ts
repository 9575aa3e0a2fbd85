import { expect, it } from 'vitest';
import type { CountsReader, CountsStore } from '../../../insight/counts/ports.ts';

type Store = CountsStore & CountsReader;

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
}
