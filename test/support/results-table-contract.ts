import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResultsTable } from '../../processors/stream/ports.ts';
import type { Result } from '../../schemas/index.ts';
import { aResult } from './results.ts';

export interface TableUnderTest {
  table: ResultsTable;
  get(tenant: string, record_id: string): Promise<Result | undefined>;
}

/** What every results table promises. @param open_table gives the same or another table: tests use ids of their own. */
export function resultsTableContract(
  open_table: () => TableUnderTest,
  options: { runs: number },
): void {
  let count = 0;
  const newId = () => `contract-${count++}`;

  it('keeps a result as it is', async () => {
    const { table, get } = open_table();
    const result = aResult({ record_id: newId() });
    expect(await table.put([result])).toEqual([]);
    expect(await get('default', result.record_id)).toEqual(result);
  });

  it('keeps attributes of any legal name', async () => {
    const { table, get } = open_table();
    // The SDK's own marshall throws at the first of them, and no retry would have brought such a record through.
    const attributes = { constructor: 'Brunel', toString: 'yes', length: '3', 'a.b-c': '' };
    const result = aResult({ record_id: newId(), attributes: attributes as never });
    expect(await table.put([result])).toEqual([]);
    expect(await get('default', result.record_id)).toEqual(result);
  });

  it('keeps records of two tenants apart', async () => {
    const { table, get } = open_table();
    const record_id = newId();
    await table.put([aResult({ record_id }), aResult({ record_id, tenant: 'other', text: 'No' })]);
    expect((await get('default', record_id))?.text).toBe('I love my cat');
    expect((await get('other', record_id))?.text).toBe('No');
  });

  it('replaces a version by its later analysis, never by an earlier one, and a newer version by neither', async () => {
    const { table, get } = open_table();
    const first = aResult({ record_id: newId(), record_version: 1 });
    const run = (analysis_run: number) => ({ ...first, analysis_run, sentiment: 'MIXED' as const });
    await table.put([first]);
    await table.put([run(20)]);
    expect(await get('default', first.record_id)).toMatchObject({ analysis_run: 20 });
    await table.put([run(10)]);
    await table.put([first]);
    expect(await get('default', first.record_id)).toEqual(run(20));
    const newer = aResult({ record_id: first.record_id, record_version: 2 });
    await table.put([newer]);
    await table.put([run(30)]);
    expect(await get('default', first.record_id)).toEqual(newer);
  });

  it('leaves the row of a redelivery as it was', async () => {
    const { table, get } = open_table();
    const first = aResult({ record_id: newId() });
    await table.put([first]);
    const again = { ...first, processed_at: '2026-11-23T11:00:00.000Z' };
    expect(await table.put([again])).toEqual([]);
    expect(await get('default', first.record_id)).toEqual(first);
  });

  it('keeps the highest version, in whatever order and however often versions are put, also at once', async () => {
    const versions = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });
    const rounds = fc.array(versions, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rounds, async (concurrent_puts) => {
        const { table, get } = open_table();
        const record_id = newId();
        for (const at_once of concurrent_puts) {
          const puts = at_once.map((record_version) =>
            table.put([aResult({ record_id, record_version, text: `version ${record_version}` })]),
          );
          expect((await Promise.all(puts)).flat()).toEqual([]);
        }
        const highest = Math.max(...concurrent_puts.flat());
        const row = await get('default', record_id);
        expect(row).toMatchObject({ record_version: highest, text: `version ${highest}` });
      }),
      { numRuns: options.runs },
    );
  });
}
