import { expect, it } from 'vitest';
import type { Manifest, RawObject, TableLease } from '../../../insight/keeper/ports.ts';

export interface KeeperStores {
  manifest: Manifest;
  lease: TableLease;
  /** Sets the time that the stores read. */
  setNow(epoch_ms: number): void;
}

export function aRawObject(fields: Partial<RawObject> = {}): RawObject {
  return {
    key: 'results_raw/2026/11/27/06/a.gz',
    days: ['2026-11-26', '2026-11-27'],
    bytes: 1_000,
    has_withdrawals: false,
    found_at: 1_000,
    failures: 0,
    retry_at: 0,
    ...fields,
  };
}

/** Defines the tests that every {@link Manifest} and every {@link TableLease} must pass. */
export function describeKeeperStores(createStores: () => Promise<KeeperStores>): void {
  it('An object waits from its addition until it is complete, is then remembered, and is never added twice', async () => {
    const { manifest } = await createStores();
    const object = aRawObject();
    expect(await manifest.has(object.key)).toBe(false);
    await manifest.add(object);
    await manifest.add({ ...object, found_at: 2_000 });
    expect(await manifest.has(object.key)).toBe(true);
    expect(await manifest.list(10)).toEqual([object]);
    await manifest.complete([object]);
    expect(await manifest.list(10)).toEqual([]);
    expect(await manifest.has(object.key)).toBe(true);
  });

  it('Objects that wait are listed in the order of their hours, up to the limit', async () => {
    const { manifest } = await createStores();
    const keys = ['07/b', '06/c', '06/a'].map((name) => `results_raw/2026/11/27/${name}.gz`);
    for (const key of keys) await manifest.add(aRawObject({ key }));
    expect((await manifest.list(2)).map(({ key }) => key)).toEqual([keys[2], keys[1]]);
    expect(await manifest.list(10)).toHaveLength(3);
  });

  it('An object that is postponed counts its failures, and one that is complete stays complete', async () => {
    const { manifest } = await createStores();
    const [first, second] = [aRawObject({ key: 'a' }), aRawObject({ key: 'b' })];
    for (const object of [first, second]) await manifest.add(object);
    await manifest.complete([second]);
    await manifest.postpone([first, second], 5_000);
    await manifest.postpone([first], 6_000);
    expect(await manifest.list(10)).toEqual([{ ...first, failures: 2, retry_at: 6_000 }]);
  });

  it('A day counts as changed when an object with it is complete, until it is forgotten, unless it changes meanwhile', async () => {
    const { manifest, setNow } = await createStores();
    setNow(1_000);
    await manifest.complete([aRawObject(), aRawObject({ key: 'b', days: ['2016-02-29'] })]);
    expect(await manifest.changedDays()).toEqual(['2016-02-29', '2026-11-26', '2026-11-27']);
    setNow(3_000);
    await manifest.complete([aRawObject({ key: 'c', days: ['2026-11-27'] })]);
    await manifest.forgetDays(['2026-11-26', '2026-11-27'], 2_000);
    expect(await manifest.changedDays()).toEqual(['2016-02-29', '2026-11-27']);
  });

  it('Days that another statement than a merge changed count as changed, and as a withdrawal', async () => {
    const { manifest, setNow } = await createStores();
    setNow(1_000);
    await manifest.noteChanges(['2016-02-29']);
    expect(await manifest.changedDays()).toEqual(['2016-02-29']);
    expect(await manifest.readTime('withdrawn')).toBe(1_000);
    await manifest.forgetDays(['2016-02-29'], 1_000);
    expect(await manifest.changedDays()).toEqual([]);
  });

  it('The manifest remembers when records were withdrawn last, and other times', async () => {
    const { manifest, setNow } = await createStores();
    expect(await manifest.readTime('withdrawn')).toBe(0);
    setNow(1_000);
    await manifest.complete([aRawObject()]);
    expect(await manifest.readTime('withdrawn')).toBe(0);
    await manifest.complete([
      aRawObject({ key: 'b' }),
      aRawObject({ key: 'c', has_withdrawals: true }),
    ]);
    expect(await manifest.readTime('withdrawn')).toBe(1_000);
    await manifest.writeTime('maintained', 2_000);
    expect(await manifest.readTime('maintained')).toBe(2_000);
  });

  it('Only one owner has the lease until it ends or is released', async () => {
    const { lease, setNow } = await createStores();
    setNow(1_000);
    expect(await lease.take('a', 2_000)).toEqual({});
    expect(await lease.take('b', 2_500)).toBeUndefined();
    // The repeated call of an owner whose first answer was lost.
    expect(await lease.take('a', 2_000)).toEqual({});
    expect(await lease.extend('b', 9_000, 'q')).toBe(false);
    await lease.release('b');
    expect(await lease.extend('a', 3_000, 'q1')).toBe(true);
    setNow(2_999);
    expect(await lease.take('b', 4_000)).toBeUndefined();
    await lease.release('a');
    expect(await lease.take('b', 4_000)).toEqual({});
  });

  it('The next owner learns which statement the last one has left running', async () => {
    const { lease, setNow } = await createStores();
    setNow(1_000);
    await lease.take('a', 2_000);
    await lease.extend('a', 3_000, 'q1');
    setNow(3_000);
    expect(await lease.take('b', 4_000)).toEqual({ left_statement: 'q1' });
    expect(await lease.extend('a', 9_000, 'q2')).toBe(false);
    await lease.release('a');
    expect(await lease.take('c', 9_000)).toBeUndefined();
  });
}
