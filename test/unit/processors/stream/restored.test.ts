import { beforeEach, expect, it } from 'vitest';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import { createConsumer } from '../../../../processors/stream/consumer.ts';
import type { RestoreKey } from '../../../../processors/stream/decode-batch.ts';
import { packRestored, ServiceError } from '../../../../schemas/index.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { memoryJobs } from '../../../support/jobs.ts';
import { kinesisRecords, sequenceNumber } from '../../../support/kinesis-event.ts';
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

function consume(records: unknown[], key: RestoreKey = restoreKey) {
  const consumer = createConsumer({
    ...stores,
    ...memoryJobs(),
    analyse,
    restoreKey: key,
    text_policy: 'full',
    now: () => Date.UTC(2026, 10, 23),
  });
  return consumer(kinesisRecords(...records), aBatchContext());
}

/** Packs bytes that first came as the record `place` of the shard `shardId-old`. */
function packAtPlace(data: string | Buffer, place: number, key = RESTORE_KEY): Buffer {
  return packRestored(
    {
      bytes: Buffer.from(data),
      position: { shard_id: 'shardId-old', sequence_number: String(place) },
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
      record_id: 'shardId-old:7',
      arrived_at: ARRIVED_AT,
      created_at: ARRIVED_AT,
    }),
  );
});

it('a restored record that fails is reported under the number that it was delivered with', async () => {
  stores.results_table.refuses.ids.add('shardId-old:7');
  const report = await consume([nameless, packAtPlace(nameless, 7)]);
  expect(report.response.batchItemFailures).toEqual(failuresOf(2));
});

it('restored bytes that are no record get the set-aside that they had before', async () => {
  const report = await consume([packAtPlace('no json', 7)]);
  expect(report).toMatchObject({ set_asides: 1, reasons: { invalid_json: 1 } });
  expect(stores.set_asides.puts.flat()).toMatchObject([
    { set_aside_id: 'shardId-old:7', arrived_at: ARRIVED_AT, partition_key: 'old key' },
  ]);
});

it('a set-aside of restored bytes that S3 refuses is delivered again', async () => {
  stores.set_asides.refuses.ids.add('shardId-old:7');
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

it('a batch without restored records does not read the key', async () => {
  const report = await consume([nameless], () => Promise.reject(new Error('a bug')));
  expect(report.results).toBe(1);
});
