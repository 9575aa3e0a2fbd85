import { brotliCompressSync } from 'node:zlib';
import { beforeEach, expect, it } from 'vitest';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import type { BatchContext } from '../../../../processors/stream/batch.ts';
import { createConsumer } from '../../../../processors/stream/consumer.ts';
import type { RestoreKey } from '../../../../processors/stream/decode-batch.ts';
import { packRestored, ServiceError } from '../../../../schemas/index.ts';
import { NO_PRIVACY } from '../../../fakes/privacy.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { memoryJobs } from '../../../support/jobs.ts';
import { kinesisRecords, sequenceNumber } from '../../../support/kinesis-event.ts';
import { kplAggregate } from '../../../support/kpl.ts';
import { RESTORE_KEY, restoreKey } from '../../../support/restored.ts';

const ARRIVED_AT = '2026-10-01T12:00:00.000Z';

let stores: ReturnType<typeof createRefusingStores>;
beforeEach(() => {
  stores = createRefusingStores();
});

/** Ends every request as `empty`. */
const analyse: Analyse = async function* (requests) {
  yield requests.map((request) => [request, { status: 'empty' }]);
};

function consume(
  records: unknown[],
  key: RestoreKey = restoreKey,
  deadlines: Partial<BatchContext> = {},
) {
  const consumer = createConsumer({
    ...stores,
    ...memoryJobs(),
    analyse,
    restoreKey: key,
    privacy: NO_PRIVACY,
    now: () => Date.UTC(2026, 10, 23),
  });
  return consumer(kinesisRecords(...records), { ...aBatchContext(), ...deadlines });
}

/** Packs bytes that first came as the record `place` of the shard `shardId-old`. */
function packAtPlace(data: string | Buffer, place: number, key = RESTORE_KEY): Buffer {
  return packRestored(
    {
      bytes: Buffer.from(data),
      position: { stream_name: 'old', shard_id: 'shardId-old', sequence_number: String(place) },
      partition_key: 'old key',
      arrived_at: ARRIVED_AT,
    },
    key,
  );
}

const nameless = '{"source":"s","text":"x"}';
const failuresOf = (...places: number[]) =>
  places.map((place) => ({ itemIdentifier: sequenceNumber(place) }));

it('a restored record without an id has the id and the time of its first arrival', async () => {
  const report = await consume([nameless, packAtPlace(nameless, 7)]);
  expect(report).toMatchObject({ records: 2, results: 2, response: { batchItemFailures: [] } });
  expect(stores.results_table.puts.flat()).toContainEqual(
    expect.objectContaining({
      record_id: 'old:shardId-old:7',
      arrived_at: ARRIVED_AT,
      created_at: ARRIVED_AT,
    }),
  );
});

it('a restored record that fails is reported under the number that it was delivered with', async () => {
  stores.results_table.refuses.ids.add('old:shardId-old:7');
  const report = await consume([nameless, packAtPlace(nameless, 7)]);
  expect(report.response.batchItemFailures).toEqual(failuresOf(2));
});

it('restored bytes that are no record get the set-aside that they had before', async () => {
  const report = await consume([packAtPlace('no json', 7)]);
  expect(report).toMatchObject({ set_asides: 1, reasons: { invalid_json: 1 } });
  expect(stores.set_asides.puts.flat()).toMatchObject([
    { set_aside_id: 'old:shardId-old:7', arrived_at: ARRIVED_AT, partition_key: 'old key' },
  ]);
});

it('a set-aside of restored bytes that S3 refuses is delivered again', async () => {
  stores.set_asides.refuses.ids.add('old:shardId-old:7');
  const report = await consume([nameless, packAtPlace('no json', 7)]);
  expect(report.response.batchItemFailures).toEqual(failuresOf(2));
});

it('a restored record with the signature of another key is set aside as it was delivered', async () => {
  const forged = packAtPlace(nameless, 7, 'another key');
  const report = await consume([forged]);
  expect(report.reasons).toEqual({ invalid_signature: 1 });
  expect(stores.set_asides.puts.flat()).toMatchObject([
    { sequence_number: sequenceNumber(1), data_base64: forged.toString('base64') },
  ]);
});

it('a record with a wrong signature has the same reason after an operator has put it back', async () => {
  const forged = packAtPlace(nameless, 7, 'another key');
  const report = await consume([packAtPlace(forged, 3)]);
  expect(report.reasons).toEqual({ invalid_signature: 1 });
});

it('restored records wait while the key cannot be read, and the other records end', async () => {
  const report = await consume(
    [nameless, packAtPlace(nameless, 7), packAtPlace('no json', 8)],
    () => Promise.reject(new ServiceError('secretsmanager', 'AccessDenied', { retryable: false })),
  );
  expect(report).toMatchObject({
    records: 3,
    results: 1,
    failed: 2,
    set_asides: 0,
    failures: { 'restore_key AccessDenied': 2 },
    response: { batchItemFailures: failuresOf(2, 3) },
  });
});

it('restored records wait while the key does not come before the deadline of the analysis', async () => {
  const passed = { at: 0, signal: AbortSignal.abort() };
  const report = await consume([nameless, packAtPlace(nameless, 7)], () => new Promise(() => {}), {
    analysis: passed,
  });
  expect(report).toMatchObject({ failures: { 'restore_key OutOfTime': 1 } });
  expect(report.response.batchItemFailures).toEqual(failuresOf(2));
});

it('a bug in reading the key stops the batch', async () => {
  const bug = new TypeError('This is a bug');
  await expect(consume([packAtPlace(nameless, 7)], () => Promise.reject(bug))).rejects.toBe(bug);
});

it('a restored record that was compressed to fit is decoded as it came', async () => {
  const data = packRestored(
    {
      bytes: brotliCompressSync(nameless),
      position: { stream_name: 'old', shard_id: 'shardId-old', sequence_number: '7' },
      partition_key: 'old key',
      arrived_at: ARRIVED_AT,
      encoding: 'br',
    },
    RESTORE_KEY,
  );
  expect(await consume([data])).toMatchObject({ results: 1, set_asides: 0 });
});

it('a restored aggregate has the records that it had, each with its sub-sequence number', async () => {
  const aggregate = kplAggregate(
    [0, 1].map(() => ({ partition_key: 'k', data: Buffer.from(nameless) })),
  );
  expect(await consume([packAtPlace(aggregate, 7)])).toMatchObject({ records: 2, results: 2 });
  const ids = stores.results_table.puts.flat().map(({ record_id }) => record_id);
  expect(ids).toEqual(['old:shardId-old:7:0', 'old:shardId-old:7:1']);
});

it('a batch without restored records does not read the key', async () => {
  const report = await consume([nameless], () => Promise.reject(new Error('a bug')));
  expect(report.results).toBe(1);
});
