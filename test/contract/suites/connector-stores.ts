import { expect, it } from 'vitest';
import type { CheckpointStore, Ledger, LedgerEntry } from '../../../ingest/connectors/ports.ts';

export interface CheckpointsUnderTest {
  checkpoints: CheckpointStore;
  /** Sets the time that the store reads. */
  setNow(epoch_ms: number): void;
}

/** Defines the tests that every {@link CheckpointStore} must pass. */
export function describeCheckpoints(create: () => Promise<CheckpointsUnderTest>): void {
  const lease = (owner: string, until: number) => ({ owner, until });

  it('A mark that is saved is the mark of the next owner, with its time', async () => {
    const { checkpoints, setNow } = await create();
    setNow(1_000);
    expect(await checkpoints.take('c', lease('a', 2_000))).toEqual({ is_paused: false });
    const mark = { cursor: { seq: 7, host: 'h' }, at: 900 };
    expect(await checkpoints.save('c', lease('a', 3_000), mark)).toEqual({ is_paused: false });
    await checkpoints.release('c', 'a');
    const taken = await checkpoints.take('c', lease('b', 4_000));
    expect(taken).toEqual({
      cursor: { seq: 7, host: 'h' },
      at: 900,
      saved_at: 1_000,
      is_paused: false,
    });
  });

  it('Only one owner has the lease until it ends, and may take it again itself', async () => {
    const { checkpoints, setNow } = await create();
    setNow(1_000);
    await checkpoints.take('c', lease('a', 2_000));
    expect(await checkpoints.take('c', lease('b', 2_500))).toBeUndefined();
    expect(await checkpoints.take('c', lease('a', 2_000))).toBeDefined();
    expect(await checkpoints.take('other', lease('b', 2_500))).toBeDefined();
    setNow(2_000);
    expect(await checkpoints.take('c', lease('b', 4_000))).toBeDefined();
  });

  it('A process whose lease another one has taken cannot save, and its mark changes nothing', async () => {
    const { checkpoints, setNow } = await create();
    setNow(1_000);
    await checkpoints.take('c', lease('a', 2_000));
    await checkpoints.save('c', lease('a', 2_000), { cursor: 1 });
    setNow(2_000);
    await checkpoints.take('c', lease('b', 9_000));
    expect(await checkpoints.save('c', lease('a', 9_000), { cursor: 99 })).toBeUndefined();
    await checkpoints.release('c', 'a');
    expect(await checkpoints.read('c')).toMatchObject({ cursor: 1, owner: 'b', until: 9_000 });
  });

  it('A save without a mark extends the lease and keeps the mark', async () => {
    const { checkpoints, setNow } = await create();
    setNow(1_000);
    await checkpoints.take('c', lease('a', 2_000));
    await checkpoints.save('c', lease('a', 2_000), { cursor: [1] });
    await checkpoints.save('c', lease('a', 5_000));
    setNow(4_000);
    expect(await checkpoints.take('c', lease('b', 9_000))).toBeUndefined();
    expect((await checkpoints.read('c'))?.cursor).toEqual([1]);
  });

  it('The owner of a connector that is paused learns of it when it saves, and its mark is saved', async () => {
    const { checkpoints } = await create();
    await checkpoints.take('c', lease('a', 2_000));
    await checkpoints.setPaused('c', true);
    expect(await checkpoints.save('c', lease('a', 2_000), { cursor: 5 })).toEqual({
      is_paused: true,
    });
    await checkpoints.setPaused('c', false);
    expect(await checkpoints.save('c', lease('a', 2_000))).toEqual({ is_paused: false });
    expect((await checkpoints.read('c'))?.cursor).toBe(5);
  });

  it('A mark is replaced only while no process has the lease', async () => {
    const { checkpoints, setNow } = await create();
    setNow(1_000);
    await checkpoints.take('c', lease('a', 2_000));
    await checkpoints.save('c', lease('a', 2_000), { cursor: 5, at: 900 });
    expect(await checkpoints.rewind('c', 1)).toBe(false);
    await checkpoints.release('c', 'a');
    expect(await checkpoints.rewind('c', 1)).toBe(true);
    expect((await checkpoints.take('c', lease('b', 3_000)))?.cursor).toBe(1);
    await checkpoints.release('c', 'b');
    expect(await checkpoints.rewind('c', undefined)).toBe(true);
    expect((await checkpoints.take('c', lease('b', 3_000)))?.cursor).toBeUndefined();
  });

  it('All connectors are listed, and one that never ran has no state', async () => {
    const { checkpoints } = await create();
    expect(await checkpoints.list()).toEqual([]);
    expect(await checkpoints.read('none')).toBeUndefined();
    for (const name of ['b', 'a']) await checkpoints.take(name, lease('o', 2_000));
    expect((await checkpoints.list()).map(({ connector }) => connector).sort()).toEqual(['a', 'b']);
  });
}

export function aLedgerEntry(fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    ...{ record_id: 'x:1', author: 'ada', version: 10, text_hash: 'h1' },
    ...{ is_withdrawn: false, event_at: 1_000, first_at: 1_000 },
    ...fields,
  };
}

/** Defines the tests that every {@link Ledger} must pass. */
export function describeLedger(create: () => Promise<Ledger>): void {
  const listAll = async (entries: AsyncIterable<LedgerEntry>) => {
    const found: LedgerEntry[] = [];
    for await (const entry of entries) found.push(entry);
    return found;
  };

  it('Entries are found by their records, and records without an entry are absent', async () => {
    const ledger = await create();
    const entries = Array.from({ length: 230 }, (_, i) => aLedgerEntry({ record_id: `x:${i}` }));
    await ledger.note(entries);
    const found = await ledger.find([...entries.map(({ record_id }) => record_id), 'x:none']);
    expect(found).toHaveLength(230);
    expect(found).toContainEqual(entries[7]);
  });

  it('A higher version replaces an entry and keeps when its text was first published; a lower one changes nothing', async () => {
    const ledger = await create();
    await ledger.note([aLedgerEntry()]);
    const withdrawn = aLedgerEntry({
      version: 20,
      is_withdrawn: true,
      text_hash: undefined,
      first_at: 9_000,
    });
    await ledger.note([withdrawn]);
    await ledger.note([aLedgerEntry({ version: 15, first_at: 7_000 })]);
    const [found] = await ledger.find(['x:1']);
    expect(found).toMatchObject({ version: 20, is_withdrawn: true, first_at: 1_000 });
    expect(found?.text_hash).toBeUndefined();
  });

  it('An equal version replaces an entry, as after a crash', async () => {
    const ledger = await create();
    await ledger.note([aLedgerEntry()]);
    await ledger.note([aLedgerEntry({ text_hash: 'h2' })]);
    expect((await ledger.find(['x:1']))[0]?.text_hash).toBe('h2');
  });

  it('The entries of an author are listed, and those of others are not', async () => {
    const ledger = await create();
    const own = Array.from({ length: 30 }, (_, i) => aLedgerEntry({ record_id: `x:${i}` }));
    await ledger.note([
      ...own,
      aLedgerEntry({ record_id: 'y:1', author: 'grace' }),
      aLedgerEntry({ record_id: 'y:2', author: undefined }),
    ]);
    const found = await listAll(ledger.listByAuthor('ada'));
    expect(found.map(({ record_id }) => record_id).sort()).toEqual(
      own.map(({ record_id }) => record_id).sort(),
    );
    expect(await listAll(ledger.listByAuthor('nemo'))).toEqual([]);
  });

  it('Entries that were first published in a time are listed, oldest first, without those that are withdrawn', async () => {
    const ledger = await create();
    const at = (record_id: string, first_at: number, fields: Partial<LedgerEntry> = {}) =>
      aLedgerEntry({ record_id, first_at, ...fields });
    await ledger.note([
      at('c', 3_000),
      at('a', 1_000),
      at('b', 2_000),
      at('w', 2_500, { is_withdrawn: true }),
      at('d', 4_000),
    ]);
    const found = await listAll(ledger.listFirstPublished(1_000, 4_000));
    expect(found.map(({ record_id }) => record_id)).toEqual(['a', 'b', 'c']);
  });
}
