import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResultEntry, ResultsTable, RowOutcome } from '../../../processors/stream/ports.ts';
import type { RecordIdentity, Result } from '../../../schemas/index.ts';
import { deliveries, findCurrent } from '../../support/order-model.ts';
import { aResult, entryOf, putResults } from '../../support/results.ts';

/** The tenant and the source of `aResult`. */
const SOURCE = { tenant: 'default', source: 'app_reviews' };

export interface TableUnderTest {
  table: ResultsTable;
  get(record: RecordIdentity): Promise<Result | undefined>;
}

/**
 * Defines the tests that every results table must pass.
 * @param openTable Returns the table for a test. All tests may receive the same table.
 */
export function describeResultsTable(
  openTable: () => TableUnderTest,
  options: { runs: number },
): void {
  let count = 0;
  const newId = () => `contract-${count++}`;

  /** Puts entries that must not fail. */
  const put = async (table: ResultsTable, ...entries: ResultEntry[]): Promise<RowOutcome[]> =>
    (await table.put(entries)).map((answer) => {
      if ('code' in answer) throw new Error(`The table refused an entry: ${answer.code}`);
      return answer;
    });
  const addStored = (result: Result) => ({
    ...result,
    first_created_at: result.created_at,
    revision: expect.any(Number),
  });
  const addReplacing = (result: Result) => ({
    ...addStored(result),
    replaced_revision: expect.any(Number),
  });
  const withdraw = (result: Result, fields: Partial<Result>): Result => {
    const { text: _text, attributes: _attributes, sentiment: _sentiment, ...rest } = result;
    return { ...rest, status: 'withdrawn', ...fields };
  };

  it('A results table keeps a result unchanged, and adds its revision and the time of the first version', async () => {
    const { table, get } = openTable();
    const result = aResult({ record_id: newId() });
    const [answer] = await put(table, entryOf(result));
    expect(answer).toEqual({ outcome: 'written', row: addStored(result) });
    expect(await get(result)).toEqual(answer!.row);
  });

  it('A row remembers the revision that stood before its run, however often the run and replays change the row', async () => {
    const { table, get } = openTable();
    const first = aResult({ record_id: newId(), stamp: 1, run_id: 'run_a' });
    const change = async (fields: Partial<Result>) => {
      await put(table, entryOf({ ...first, ...fields }));
      return (await get(first))!;
    };
    const created = await change({});
    expect(created.replaced_revision).toBeUndefined();
    expect((await change({ stamp: 2, author: 'A' })).replaced_revision).toBeUndefined();
    const replayed = await change({ stamp: 2, author: 'A', analysis_run: 5 });
    expect(replayed.replaced_revision).toBeUndefined();
    const corrected = await change({ stamp: 3, author: 'B', run_id: 'run_b' });
    expect(corrected.replaced_revision).toBe(replayed.revision);
    const again = await change({ stamp: 4, author: 'C', run_id: 'run_b' });
    expect(again.replaced_revision).toBe(replayed.revision);
    const live = await change({ stamp: 5, author: 'D', run_id: undefined });
    expect(live.replaced_revision).toBe(again.revision);
    const live_again = await change({ stamp: 6, author: 'E', run_id: undefined });
    expect(live_again.replaced_revision).toBe(live.revision);
  });

  it('A results table keeps attributes of any legal name', async () => {
    const { table, get } = openTable();
    // The function `marshall` of the SDK throws an error if an attribute has the name
    // `constructor`. A retry would throw the same error.
    const attributes = { constructor: 'Brunel', toString: 'yes', length: '3', 'a.b-c': '' };
    const result = aResult({ record_id: newId(), attributes: attributes as never });
    await put(table, entryOf(result));
    expect(await get(result)).toEqual(addStored(result));
  });

  it.each(['tenant', 'source'])(
    'A results table keeps the records of two %ss apart',
    async (name) => {
      const { table, get } = openTable();
      const one = aResult({ record_id: newId() });
      const other = { ...one, [name]: 'other', text: 'No' };
      await put(table, entryOf(one), entryOf(other));
      expect((await get(one))?.text).toBe('I love my cat');
      expect((await get(other))?.text).toBe('No');
    },
  );

  it('A results table replaces an analysis by a later one, never by an earlier one, and a newer version by neither', async () => {
    const { table, get } = openTable();
    const first = aResult({ record_id: newId(), record_version: 1 });
    const run = (analysis_run: number) => ({ ...first, analysis_run, sentiment: 'MIXED' as const });
    await put(table, entryOf(first));
    await put(table, entryOf(run(20)));
    expect(await get(first)).toMatchObject({ analysis_run: 20 });
    await put(table, entryOf(run(10)));
    await put(table, entryOf(first));
    expect(await get(first)).toEqual(addStored(run(20)));
    const newer = { ...first, record_version: 2, text_hash: 'another' };
    await put(table, entryOf(newer));
    await put(table, entryOf(run(30)));
    expect(await get(first)).toEqual(addReplacing(newer));
  });

  it('A redelivery leaves the row as it was', async () => {
    const { table, get } = openTable();
    const first = aResult({ record_id: newId() });
    const [{ row } = { row: undefined }] = await put(table, entryOf(first));
    const again = { ...first, processed_at: '2026-11-23T11:00:00.000Z' };
    expect(await put(table, entryOf(again))).toEqual([{ outcome: 'unchanged', row }]);
    expect(await get(first)).toEqual(row);
  });

  it('A row has what the last acceptance said, whatever the order, number and concurrency of puts', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, fc.array(fc.integer({ min: 1, max: 3 })), async (all, sizes) => {
        const { table, get } = openTable();
        const record_id = newId();
        const entries = all.map(({ content, record_version, stamp, place }) =>
          entryOf(aResult({ record_id, text: content, record_version, stamp }), place),
        );
        const revisions: number[] = [0];
        for (let at = 0, turn = 0; at < entries.length; turn += 1) {
          const size = sizes[turn] ?? 1;
          const batch = entries.slice(at, at + size);
          at += size;
          // Every second batch is one put, and the others are puts at the same time.
          const puts =
            turn % 2 === 0 ? [put(table, ...batch)] : batch.map((one) => put(table, one));
          await Promise.all(puts);
          const { revision } = (await get({ ...SOURCE, record_id }))!;
          expect(revision).toBeGreaterThanOrEqual(revisions.at(-1)!);
          revisions.push(revision!);
        }
        const row = await get({ ...SOURCE, record_id });
        const { content, record_version } = findCurrent(all);
        expect({ content: row?.text, record_version: row?.record_version }).toEqual({
          ...{ content, record_version },
        });
      }),
      { numRuns: options.runs },
    );
  });

  it('A put of several results of a record writes the newest, and says which of them the row has', async () => {
    const { table, get } = openTable();
    const base = aResult({ record_id: newId() });
    const at = (n: number) => ({ ...base, text: `text ${n}`, text_hash: `hash ${n}`, stamp: n });
    const answers = await put(table, ...[5, 7, 6, 7].map((n) => entryOf(at(n))));
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      'superseded',
      'written',
      'not_newer',
      'unchanged',
    ]);
    expect(new Set(answers.map(({ row }) => row.text))).toEqual(new Set(['text 7']));
    expect(await get(base)).toEqual(answers[1]!.row);
  });

  it('A result says whether the row said the same before, and whether the row is newer', async () => {
    const { table } = openTable();
    const first = aResult({ record_id: newId() });
    const { stamp } = first;
    const outcomeOf = async (fields: Partial<Result>) =>
      (await put(table, entryOf({ ...first, ...fields })))[0]!.outcome;
    expect(await outcomeOf({})).toBe('written');
    expect(await outcomeOf({ stamp: stamp + 2 })).toBe('unchanged');
    expect(await outcomeOf({ stamp: stamp + 1, text_hash: 'another' })).toBe('not_newer');
    expect(await outcomeOf({ stamp: stamp + 3, text_hash: 'another' })).toBe('written');
  });

  it('Later versions keep the time of the first version, and without a time of their own also its time', async () => {
    const { table, get } = openTable();
    const first = aResult({ record_id: newId(), record_version: undefined });
    const { stamp, created_at } = first;
    await put(table, entryOf(first));
    const later = (ms: number) => new Date(Date.parse(created_at) + ms).toISOString();
    const second = { ...first, stamp: stamp + 1, text_hash: 'two', created_at: later(5) };
    await put(table, { ...entryOf(second), is_creation_given: false });
    expect(await get(first)).toEqual({
      ...addReplacing(second),
      created_at,
      first_created_at: created_at,
    });
    const third = { ...first, stamp: stamp + 2, text_hash: 'three', created_at: later(9) };
    await put(table, entryOf(third));
    expect(await get(first)).toMatchObject({ created_at: later(9), first_created_at: created_at });
    await put(table, entryOf(withdraw(third, { stamp: stamp + 3 })));
    expect(await get(first)).toMatchObject({ status: 'withdrawn', first_created_at: created_at });
  });

  it('A withdrawal of a record that never came keeps an older version out, and a newer version replaces it', async () => {
    const { table, get } = openTable();
    const first = aResult({ record_id: newId(), record_version: undefined });
    const { stamp } = first;
    await put(table, entryOf(withdraw(first, { stamp: stamp + 1 })));
    expect(await get(first)).not.toHaveProperty('first_created_at');
    expect((await put(table, entryOf(first)))[0]).toMatchObject({ outcome: 'not_newer' });
    expect(await get(first)).toMatchObject({ status: 'withdrawn' });
    const again = { ...first, stamp: stamp + 2 };
    await put(table, entryOf(again));
    expect(await get(first)).toEqual(addReplacing(again));
  });

  it('A put without results answers nothing', async () => {
    const { table } = openTable();
    expect(await putResults(table, [])).toEqual([]);
  });
}
