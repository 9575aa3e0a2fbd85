import { expect, it } from 'vitest';
import { createPublisher, type RecordStream } from '../../../ingest/index.ts';
import type { FailureReports, Marks } from '../../../operations/ports.ts';
import { listFailedBatches, readFailedBatch, redrive } from '../../../operations/redrive.ts';
import type { FailureReport, RestoredMark, SetAside } from '../../../schemas/index.ts';
import { createFakeStream } from '../../fakes/record-stream.ts';
import {
  kinesisRecord,
  kinesisRecords,
  SHARD_ID,
  STREAM_NAME,
} from '../../support/kinesis-event.ts';
import { kplAggregate } from '../../support/kpl.ts';
import { decodeRestored, restoreKey, setAsidesIn } from '../../support/restored.ts';

const NOW = Date.UTC(2026, 10, 24);

function aReport(...data: unknown[]): FailureReport {
  return {
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
    timestamp: '2026-11-23T22:00:00.000Z',
    KinesisBatchInfo: { shardId: SHARD_ID, batchSize: data.length },
    payload: JSON.stringify({ Records: kinesisRecords(...data) }),
  };
}

function createWorld(reports: Record<string, FailureReport>) {
  const marks = new Map<string, RestoredMark>();
  const failureReports: FailureReports = {
    async *keys() {
      yield* Object.keys(reports);
    },
    read: async (key) => reports[key],
  };
  const markStore: Marks = {
    get: async (key) => marks.get(key),
    put: async (key, mark) => {
      marks.set(key, mark);
    },
  };
  const set_asides = new Map<string, SetAside>();
  const setAsideStore = { get: async (id: string) => set_asides.get(id) };
  const deps = {
    reports: failureReports,
    marks: markStore,
    set_asides: setAsideStore,
    restoreKey,
    now: () => NOW,
  };
  return { deps, marks, set_asides };
}

const record = (record_id: string) => ({ record_id, source: 's', text: `text of ${record_id}` });

/**
 * Creates a stream that refuses the record with the id `refused` until `state.is_repaired` is true.
 */
function createRefusingStream(refused: string) {
  const { stream, entries } = createFakeStream();
  const state = { is_repaired: false };
  const refusing: RecordStream = {
    putRecords: async (added) =>
      Promise.all(
        added.map(async (entry) => {
          const is_refused =
            !state.is_repaired && decodeRestored([entry])[0]?.record.record_id === refused;
          if (is_refused) return { ok: false as const, code: 'InternalFailure' };
          const [outcome] = await stream.putRecords([entry]);
          return outcome!;
        }),
      ),
  };
  return { stream: refusing, entries, state };
}

it('redrive marks a batch once all of its records are on the stream, and not before', async () => {
  const { deps, marks } = createWorld({ key: aReport(record('a'), record('b'), record('c')) });
  const { stream, state } = createRefusingStream('b');
  const publisher = createPublisher({ stream, linger_ms: 0, max_attempts: 1 });
  expect(await redrive(deps, publisher, 'key')).toEqual({
    key: 'key',
    accepted: 2,
    left_out: 0,
    failed: 1,
    codes: ['InternalFailure'],
  });
  expect(marks.size).toBe(0);
  state.is_repaired = true;
  expect(await redrive(deps, publisher, 'key')).toEqual({
    key: 'key',
    accepted: 3,
    left_out: 0,
    failed: 0,
    codes: [],
  });
  expect([...marks]).toEqual([['key', { restored_at: '2026-11-24T00:00:00.000Z', records: 3 }]]);
});

it('redrive puts back withdrawals, long texts, sub-records and invalid bytes, and marks their batch', async () => {
  const sub = { partition_key: 'k', data: Buffer.from('{"source":"s","text":"sub"}') };
  const { deps, marks } = createWorld({
    key: aReport(
      { record_id: 'gone', source: 's', deleted: true },
      { source: 's', text_claim: 'a'.repeat(64) },
      kplAggregate([sub, sub]),
      'no json',
    ),
  });
  const { stream, entries } = createFakeStream();
  const publisher = createPublisher({ stream, linger_ms: 0 });
  expect(await redrive(deps, publisher, 'key')).toMatchObject({ accepted: 5, failed: 0 });
  expect(marks.get('key')).toMatchObject({ records: 5 });
  expect(decodeRestored(entries).map(({ record }) => record.record_id)).toEqual([
    'gone',
    expect.stringMatching(/0002$/),
    expect.stringMatching(/0003:0$/),
    expect.stringMatching(/0003:1$/),
  ]);
  const poison = setAsidesIn([kinesisRecord(entries[4]!.data, 104)]);
  expect(poison).toEqual(setAsidesIn([kinesisRecord('no json', 4)]));
});

it('redrive leaves out bytes that have a set-aside, and marks their batch', async () => {
  const data = ['no json', record('a'), 'no json either'];
  const { deps, marks, set_asides } = createWorld({ key: aReport(...data) });
  const [first] = setAsidesIn(kinesisRecords(...data));
  set_asides.set(first!.set_aside_id, first!);
  const { stream, entries } = createFakeStream();
  const publisher = createPublisher({ stream, linger_ms: 0 });
  expect(await redrive(deps, publisher, 'key')).toEqual({
    key: 'key',
    accepted: 2,
    left_out: 1,
    failed: 0,
    codes: [],
  });
  expect(entries).toHaveLength(2);
  expect(marks.get('key')).toMatchObject({ records: 2 });
});

it('a batch of restored records that fails again is put back under the first identity', async () => {
  const { deps } = createWorld({ key: aReport({ source: 's', text: 'x' }, 'no json') });
  const first = createFakeStream();
  await redrive(deps, createPublisher({ stream: first.stream, linger_ms: 0 }), 'key');
  const again = createWorld({ key: aReport(...first.entries.map(({ data }) => data)) });
  const second = createFakeStream();
  await redrive(again.deps, createPublisher({ stream: second.stream, linger_ms: 0 }), 'key');
  expect(second.entries).toEqual(first.entries);
});

it('redrive refuses a batch that does not exist, and marks nothing', async () => {
  const { deps, marks } = createWorld({});
  const publisher = createPublisher({ stream: createFakeStream().stream });
  await expect(redrive(deps, publisher, 'key')).rejects.toThrow('no failed batch key');
  expect(marks.size).toBe(0);
});

it('the list of failed batches has each with its reason, time, shard and size, and when it was put back', async () => {
  const { deps, marks } = createWorld({ one: aReport('x', 'y'), two: aReport('z') });
  marks.set('two', { restored_at: '2026-11-23T23:00:00.000Z', records: 1 });
  const about = {
    reason: 'RetryAttemptsExhausted',
    failed_at: '2026-11-23T22:00:00.000Z',
    shard_id: SHARD_ID,
  };
  const found = [];
  for await (const batch of listFailedBatches(deps)) found.push(batch);
  expect(found).toEqual([
    { key: 'one', ...about, records: 2 },
    { key: 'two', ...about, records: 1, restored_at: '2026-11-23T23:00:00.000Z' },
  ]);
});

it('the list of failed batches leaves out a report that expires while the list is read', async () => {
  const { deps } = createWorld({ one: aReport('x') });
  const reports = { ...deps.reports, read: async () => undefined };
  const found = [];
  for await (const batch of listFailedBatches({ ...deps, reports })) found.push(batch);
  expect(found).toEqual([]);
});

it('a failed batch shows its records under the ids that redrive gives them', async () => {
  const { deps } = createWorld({ key: aReport({ source: 's', text: 'x' }, 'no json') });
  const found = await readFailedBatch(deps, 'key');
  expect(found?.batch).toMatchObject({ key: 'key', records: 2 });
  expect(found?.contents).toMatchObject([
    {
      kind: 'record',
      record: { record_id: expect.stringContaining(`${STREAM_NAME}:${SHARD_ID}:`) },
    },
    { kind: 'bytes', set_aside: { reason: 'invalid_json' } },
  ]);
  expect(await readFailedBatch(deps, 'other')).toBeUndefined();
});

it('a redrive whose mark cannot be stored fails, so that it is repeated', async () => {
  const { deps } = createWorld({ key: aReport(record('a')) });
  const marks = { ...deps.marks, put: () => Promise.reject(new Error('S3 is down')) };
  const publisher = createPublisher({ stream: createFakeStream().stream, linger_ms: 0 });
  await expect(redrive({ ...deps, marks }, publisher, 'key')).rejects.toThrow('S3 is down');
});

it('redrive looks for at most eight set-asides at the same time', async () => {
  const { deps } = createWorld({ key: aReport(...Array.from({ length: 30 }, () => 'no json')) });
  let in_flight = 0;
  let most = 0;
  const set_asides = {
    get: async () => {
      in_flight += 1;
      most = Math.max(most, in_flight);
      await new Promise(setImmediate);
      in_flight -= 1;
      return undefined;
    },
  };
  const publisher = createPublisher({ stream: createFakeStream().stream, linger_ms: 0 });
  expect(await redrive({ ...deps, set_asides }, publisher, 'key')).toMatchObject({ accepted: 30 });
  expect(most).toBe(8);
});
