import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResultsTable } from '../../../processors/stream/ports.ts';
import type { RecordIdentity, Result } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';

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

  it('A results table keeps a result unchanged', async () => {
    const { table, get } = openTable();
    const result = aResult({ record_id: newId() });
    expect(await table.put([result])).toEqual([]);
    expect(await get(result)).toEqual(result);
  });

  it('A results table keeps attributes of any legal name', async () => {
    const { table, get } = openTable();
    // The function `marshall` of the SDK throws an error if an attribute has the name
    // `constructor`. A retry would throw the same error.
    const attributes = { constructor: 'Brunel', toString: 'yes', length: '3', 'a.b-c': '' };
    const result = aResult({ record_id: newId(), attributes: attributes as never });
    expect(await table.put([result])).toEqual([]);
    expect(await get(result)).toEqual(result);
  });

  it('A results table keeps the records of two tenants apart', async () => {
    const { table, get } = openTable();
    const record_id = newId();
    await table.put([aResult({ record_id }), aResult({ record_id, tenant: 'other', text: 'No' })]);
    expect((await get({ ...SOURCE, record_id }))?.text).toBe('I love my cat');
    expect((await get({ ...SOURCE, tenant: 'other', record_id }))?.text).toBe('No');
  });

  it('A results table keeps the records of two sources apart', async () => {
    const { table, get } = openTable();
    const record_id = newId();
    await table.put([aResult({ record_id }), aResult({ record_id, source: 'other', text: 'No' })]);
    expect((await get({ ...SOURCE, record_id }))?.text).toBe('I love my cat');
    expect((await get({ ...SOURCE, source: 'other', record_id }))?.text).toBe('No');
  });

  it('A results table replaces a version by its later analysis, never by an earlier one, and a newer version by neither', async () => {
    const { table, get } = openTable();
    const first = aResult({ record_id: newId(), record_version: 1 });
    const run = (analysis_run: number) => ({ ...first, analysis_run, sentiment: 'MIXED' as const });
    await table.put([first]);
    await table.put([run(20)]);
    expect(await get(first)).toMatchObject({ analysis_run: 20 });
    await table.put([run(10)]);
    await table.put([first]);
    expect(await get(first)).toEqual(run(20));
    const newer = aResult({ record_id: first.record_id, record_version: 2 });
    await table.put([newer]);
    await table.put([run(30)]);
    expect(await get(first)).toEqual(newer);
  });

  it('A redelivery leaves the row as it was', async () => {
    const { table, get } = openTable();
    const first = aResult({ record_id: newId() });
    await table.put([first]);
    const again = { ...first, processed_at: '2026-11-23T11:00:00.000Z' };
    expect(await table.put([again])).toEqual([]);
    expect(await get(first)).toEqual(first);
  });

  it('A results table keeps the highest version, whatever the order, number and concurrency of puts', async () => {
    const versions = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });
    const rounds = fc.array(versions, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rounds, async (rounds_of_puts) => {
        const { table, get } = openTable();
        const record_id = newId();
        for (const concurrent of rounds_of_puts) {
          const puts = concurrent.map((record_version) =>
            table.put([aResult({ record_id, record_version, text: `version ${record_version}` })]),
          );
          expect((await Promise.all(puts)).flat()).toEqual([]);
        }
        const highest = Math.max(...rounds_of_puts.flat());
        const row = await get({ ...SOURCE, record_id });
        expect(row).toMatchObject({ record_version: highest, text: `version ${highest}` });
      }),
      { numRuns: options.runs },
    );
  });
}
