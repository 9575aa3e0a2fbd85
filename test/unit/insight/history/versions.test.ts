import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldEntries } from '../../../../aws/dynamodb/results/fold.ts';
import { type Row, readRow } from '../../../../aws/dynamodb/results/row.ts';
import { createKeep } from '../../../../insight/history/keep.ts';
import type { PastVersion } from '../../../../insight/history/ports.ts';
import { createReadHistory, type ReadHistory } from '../../../../insight/history/read.ts';
import { type ChangeEvent, changeEventSchema } from '../../../../schemas/index.ts';
import { createFakeHistoryStore } from '../../../fakes/history-store.ts';
import { deliveries, listVersions, type Said } from '../../../support/order-model.ts';
import { aResult, entryOf } from '../../../support/results.ts';

const RECORD = { tenant: 'acme', source: 'app', record_id: 'r-1' };
const START = 1_795_000_000_000;

/** Identifies an acceptance, whatever its resends and redeliveries. */
const nameOf = ({ content, record_version, stamp }: Said) =>
  `${content}.${record_version ?? 'none'}.${stamp}`;

/** Puts batches of acceptances into the row of the record, one after the other. */
function writeRow(batches: Said[][]) {
  let row: Row | undefined;
  const changes: ChangeEvent['Records'] = [];
  for (const [i, batch] of batches.entries()) {
    const now = START + i * 10;
    const processed_at = new Date(now).toISOString();
    const entries = batch.map((said) => {
      const { content, record_version, stamp, place } = said;
      const fields = { ...RECORD, text: content, record_version, stamp, job_id: nameOf(said) };
      return entryOf(aResult({ ...fields, processed_at }), place);
    });
    const { item } = foldEntries(row, entries, { now, ttl_seconds: 90 * 86_400 });
    if (item === undefined) continue;
    changes.push({
      eventName: row === undefined ? 'INSERT' : 'MODIFY',
      dynamodb: {
        ...{ SequenceNumber: String(i + 1), ApproximateCreationDateTime: Math.floor(now / 1_000) },
        ...{ NewImage: item, OldImage: row?.item },
      },
    });
    row = readRow(item);
  }
  return {
    row: row!,
    changes: changeEventSchema.parse({ Records: changes, shardId: 's' }).Records,
  };
}

/** Reads the whole history, in pages of this size. */
async function readAll(readHistory: ReadHistory, limit: number): Promise<(string | undefined)[]> {
  const jobs: (string | undefined)[] = [];
  let after: number | undefined;
  do {
    const page = (await readHistory(RECORD, { limit, after }))!;
    expect(page.versions.length).toBeLessThanOrEqual(limit);
    jobs.push(...page.versions.map(({ job_id }) => job_id));
    after = page.next;
  } while (after !== undefined);
  return jobs;
}

it('the history has the versions that were accepted, the newest first, whatever Lambda delivers again and whichever writes fail', async () => {
  const script = fc.infiniteStream(
    fc.record({ size: fc.integer({ min: 1, max: 4 }), back: fc.constantFrom(0, 0, 0, 1, 3) }),
  );
  const failures = fc.infiniteStream(fc.constantFrom(false, false, false, true));
  await fc.assert(
    fc.asyncProperty(
      deliveries,
      script,
      failures,
      fc.integer({ min: 1, max: 5 }),
      async (all, batches, fails, limit) => {
        const { row, changes } = writeRow(all.map((said) => [said]));
        const items = new Map<string, PastVersion>();
        const network = {
          call: async <Value>(_: string, effect: () => Value | Promise<Value>) => effect(),
          failsAlone: () => fails.next().value!,
        };
        const store = createFakeHistoryStore({ items, network });
        const keep = createKeep({ writer: store, kept_days: 30 });
        for (let at = 0; at < changes.length; ) {
          const { size, back } = batches.next().value!;
          const batch = changes.slice(at, at + size);
          const { failed_from } = await keep(batch);
          const failed = batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failed_from);
          if (failed >= 0) at += failed;
          // Lambda delivers batches again that were processed.
          else at += back < batch.length ? batch.length - back : batch.length;
        }
        const readHistory = createReadHistory({
          current: { get: async () => row.result },
          past: store,
        });
        const expected = listVersions(all).map(nameOf).toReversed();
        expect(await readAll(readHistory, limit)).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

const createSaid = (number: number, content: string): Said => {
  return { stamp: START + number, content, content_hash: content, place: String(number) };
};
const [ONE, TWO, THREE] = [createSaid(1, 'a'), createSaid(2, 'b'), createSaid(3, 'c')];

/** Writes batches, stores what they replace, and reads the history with the row of the first ones. */
async function readAfter(batches: Said[][], rows = batches.length) {
  const store = createFakeHistoryStore();
  await createKeep({ writer: store, kept_days: 30 })(writeRow(batches).changes);
  const { row } = writeRow(batches.slice(0, rows));
  const current = { get: async () => row.result };
  return readAll(createReadHistory({ current, past: store }), 10);
}

it('a version that is replaced while the history is read comes once', async () => {
  expect(await readAfter([[ONE], [TWO], [THREE]], 2)).toEqual([TWO, ONE].map(nameOf));
});

it('a version that another one of the same batch replaces is not in the history', async () => {
  expect(await readAfter([[ONE, TWO], [THREE]])).toEqual([THREE, TWO].map(nameOf));
});
