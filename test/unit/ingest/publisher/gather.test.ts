import { expect, it } from 'vitest';
import { createPublisher, gatherFirstRecords } from '../../../../ingest/index.ts';
import { partitionKey } from '../../../../schemas/index.ts';

const createIdentity = (record_id: number | string) => ({
  ...{ tenant: 'acme', source: 'tour', record_id: String(record_id) },
});

it('the first 1,000 records of a run go to one shard, and the others by their identity', () => {
  const choose = gatherFirstRecords('run_1');
  const keys = Array.from({ length: 1_002 }, (_, i) => choose(createIdentity(i), 100));
  expect(new Set(keys.slice(0, 1_000))).toEqual(new Set(['run_1']));
  expect(keys.slice(1_000)).toEqual([
    partitionKey(createIdentity(1_000)),
    partitionKey(createIdentity(1_001)),
  ]);
});

it('the first records of a run that have 1 MiB together go to one shard, and a larger one by its identity', () => {
  const choose = gatherFirstRecords('run_1');
  const sizes = [1_000_000, 48_577, 48_576, 1];
  const own = (i: number) => partitionKey(createIdentity(i));
  expect(sizes.map((bytes, i) => choose(createIdentity(i), bytes))).toEqual([
    'run_1',
    own(1),
    'run_1',
    own(3),
  ]);
});

it('a publisher asks for the key of a record with its tenant, its id and the size of its JSON', async () => {
  const asked: unknown[] = [];
  const keys: string[] = [];
  const publisher = createPublisher({
    stream: {
      putRecords: async (entries) => {
        keys.push(...entries.map(({ partition_key }) => partition_key));
        return entries.map(() => ({ ok: true, shard_id: 's', sequence_number: '1' }));
      },
    },
    choosePartitionKey: ({ tenant, source, record_id }, bytes) => {
      asked.push({ tenant, source, record_id, bytes });
      return 'mine';
    },
  });
  const record = {
    text: 'I love my cat',
    source: 'tour',
    record_id: 'a',
    stamp: 1_790_000_000_000,
  };
  await publisher.publish(record);
  const bytes = JSON.stringify(record).length;
  expect(asked).toEqual([{ tenant: 'default', source: 'tour', record_id: 'a', bytes }]);
  expect(keys).toEqual(['mine']);
});
