import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPublisher } from '../../../../ingest/index.ts';
import { FileIds, findMissing, withdrawRecords } from '../../../../operations/runs/replace.ts';
import { createFakeStream, recordOf } from '../../../fakes/record-stream.ts';

const START = Date.UTC(2026, 10, 27);
const ID = fc.constantFrom('a', 'b', 'c', 'd', 'e');

it('exactly the records that were accepted before the run and that the file lacks are withdrawn, with the stamp of its beginning', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(ID),
      fc.uniqueArray(fc.record({ id: ID, age: fc.integer({ min: -2, max: 2 }) }), {
        selector: ({ id }) => id,
      }),
      async (in_file, in_lake) => {
        const file = new FileIds();
        file.add({ source: 'shop', record_id: 'always' });
        for (const record_id of in_file) file.add({ source: 'shop', record_id });
        const records = {
          async *list(_source: object, before: number) {
            yield* in_lake.filter(({ age }) => START - age < before).map(({ id }) => id);
          },
        };
        const missing = await findMissing(records, file, START);
        const { stream, entries } = createFakeStream();
        const publisher = createPublisher({ stream });
        const run = { tenant: 'default', source: 'shop', run_id: 'run_1', stamp: START };
        const deps = { publisher, signal: new AbortController().signal };
        const counts = await withdrawRecords(deps, missing, run);
        await publisher.close();
        const expected = in_lake.filter(({ id, age }) => age > 0 && !in_file.includes(id));
        expect(counts).toEqual({ withdrawn: expected.length, failed: 0 });
        expect(entries.map(recordOf)).toEqual(
          expected.map(({ id }) =>
            expect.objectContaining({ ...run, record_id: id, deleted: true }),
          ),
        );
      },
    ),
  );
});

it.each([
  [[{ source: 'a' }, { source: 'b' }], 'the file has records of two sources, a and b'],
  [
    [{ source: 'a', tenant: 't' }, { source: 'a' }],
    'the file has records of two sources, t/a and a',
  ],
  [[{ source: 'a', is_id_derived: true }], 'a row has no id of its own'],
  [[{ source: 'a', tenant: 'default' }, { source: 'a' }], undefined],
])(
  'a file with the rows %j replaces its source only if it has one and ids: %s',
  (rows, problem) => {
    const file = new FileIds();
    for (const row of rows) file.add({ record_id: '1', ...row });
    expect(file.problem).toBe(problem);
  },
);
