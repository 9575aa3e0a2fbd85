import { expect, test } from 'vitest';
import { createGroupWriter } from '../../../src/services/dynamodb/group-writer.ts';
import type { Operation } from '../../../src/services/stream-log/key-value.ts';

const del = (key: string): Operation => ({ type: 'del', key });

/** Creates a writer whose batches end when the test lets them. */
function holdBatches() {
  const batches: { keys: string[]; end: (failure?: Error) => void }[] = [];
  const write = createGroupWriter({
    batch: (operations) =>
      new Promise((resolve, reject) => {
        const keys = operations.map(({ key }) => key);
        batches.push({ keys, end: (failure) => (failure ? reject(failure) : resolve()) });
      }),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { batches, write, turn };
}

test('writes of one turn are one batch, and writes that wait for it are the next batch', async () => {
  const { batches, write, turn } = holdBatches();
  const first = [write([del('a'), del('b')]), write([del('c')])];
  await turn();
  const later = [write([del('d')]), write([del('e')])];
  await turn();
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']]);
  batches[0]!.end();
  await Promise.all(first);
  await turn();
  expect(batches.map(({ keys }) => keys)).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  batches[1]!.end();
  await Promise.all(later);
});

test('a failed batch fails its own writes, and later writes are written', async () => {
  const { batches, write, turn } = holdBatches();
  const failing = Promise.allSettled([write([del('a')]), write([del('b')])]);
  await turn();
  batches[0]!.end(new Error('disk'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const later = write([del('c')]);
  await turn();
  batches[1]!.end();
  await later;
});
