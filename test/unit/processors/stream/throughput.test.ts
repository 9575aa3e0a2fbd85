import { expect, it } from 'vitest';
import { measureBulkLoad } from '../../../../jobs/bulk-load.ts';
import type { BatchStart, ThroughputSample } from '../../../../jobs/ports.ts';
import {
  createRecordThroughput,
  createReportStart,
} from '../../../../processors/stream/throughput.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createOutage } from '../../../fakes/network.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { ARRIVED_AT, kinesisRecords, SHARD_ID } from '../../../support/kinesis-event.ts';

const report = { results: 5, set_asides: 2 };
const context = aBatchContext();

function recording(
  putThroughputSample: (sample: ThroughputSample) => Promise<void>,
  now: () => number,
) {
  const recordThroughput = createRecordThroughput({ store: { putThroughputSample }, now });
  return (records = kinesisRecords('a'), started_at = now(), is_reported = false) =>
    recordThroughput(records, report, { started_at, is_reported }, context);
}

it('a throughput sample has the duration of the batch and the number of its ended records', async () => {
  const samples: ThroughputSample[] = [];
  const now = () => ARRIVED_AT + 1_400;
  const record = recording(async (sample) => void samples.push(sample), now);
  await record(kinesisRecords('a', 'b'), ARRIVED_AT + 1_000);
  expect(samples).toEqual([
    {
      shard_id: SHARD_ID,
      ended_at: '2026-11-23T10:00:01.523Z',
      records: 7,
      duration_ms: 400,
      iterator_age_ms: 1_400,
    },
  ]);
});

it('throughput is sampled at most once a second for each shard', async () => {
  const shards: string[] = [];
  let time = ARRIVED_AT;
  const record = recording(
    async ({ shard_id }) => void shards.push(shard_id),
    () => time,
  );
  const ofShard = (shard: string) =>
    kinesisRecords('a').map((entry) => ({ ...entry, eventID: `${shard}:1` }));
  await record(ofShard('one'));
  await record(ofShard('one'));
  await record(ofShard('two'));
  time += 999;
  await record(ofShard('one'));
  time += 1;
  await record(ofShard('one'));
  expect(shards).toEqual(['one', 'two', 'one']);
});

it('the batch with which a shard catches up is sampled without waiting for the second to pass', async () => {
  const ages: number[] = [];
  let time = ARRIVED_AT + 300_000;
  const record = recording(
    async ({ iterator_age_ms }) => void ages.push(iterator_age_ms),
    () => time,
  );
  await record();
  time = ARRIVED_AT + 500;
  await record();
  await record();
  expect(ages).toEqual([300_000, 500]);
});

it('a batch whose start was reported has a sample too, also within a second of the last one, so that its shard does not count as late', async () => {
  let time = ARRIVED_AT;
  let samples: ThroughputSample[] = [];
  let starts: BatchStart[] = [];
  const now = () => time;
  const reportStart = createReportStart({
    store: {
      putBatchStart: async (one) => {
        starts = [one];
      },
    },
    now,
  });
  const record = recording(async (one) => {
    samples = [one];
  }, now);
  const process = async (duration_ms: number) => {
    const started_at = time;
    const is_reported = await reportStart(kinesisRecords('a'), context);
    time += duration_ms;
    await record(kinesisRecords('a'), started_at, is_reported);
  };
  await process(900);
  time += 100;
  // The next batch starts a second after the first start, and ends within a second of the first end.
  await process(200);
  await process(50);
  time += 600_000;
  expect(measureBulkLoad(time, { samples, starts }).lag_ms).toBe(0);
});

it('a throughput sample that cannot be stored fails no batch', async () => {
  const record = recording(
    () => Promise.reject(createOutage('dynamodb')),
    () => ARRIVED_AT,
  );
  await expect(record()).resolves.toBeUndefined();
});

it('a batch without records has no throughput sample', async () => {
  const samples: ThroughputSample[] = [];
  const record = recording(
    async (sample) => void samples.push(sample),
    () => ARRIVED_AT,
  );
  await record([]);
  expect(samples).toEqual([]);
});

it.each([
  [2_000, 1_999, 2],
  [1_999, 1_998, 1],
  [2_001, 2_000, 1],
])(
  'a shard is behind from 2 s on: ages of %d and %d ms are %d samples',
  async (first, second, samples) => {
    const ages: number[] = [];
    let time = ARRIVED_AT + first;
    const record = recording(
      async ({ iterator_age_ms }) => void ages.push(iterator_age_ms),
      () => time,
    );
    await record();
    time = ARRIVED_AT + second;
    await record();
    expect(ages).toHaveLength(samples);
  },
);

it('a throughput sample that is not stored at the deadline of the delivery is lost', async () => {
  const delivery = { at: 0, signal: AbortSignal.abort() };
  const samples: ThroughputSample[] = [];
  const recordThroughput = createRecordThroughput({
    store: { putThroughputSample: async (sample) => void samples.push(sample) },
    now: () => ARRIVED_AT,
  });
  const started = { started_at: ARRIVED_AT, is_reported: true };
  await recordThroughput(kinesisRecords('a'), report, started, { delivery });
  expect(samples).toEqual([]);
});

it('a bug in storing a throughput sample is thrown', async () => {
  const bug = new TypeError('This is a bug');
  const record = recording(
    () => Promise.reject(bug),
    () => ARRIVED_AT,
  );
  await expect(record()).rejects.toBe(bug);
});

it('the start of a batch is reported with the arrival of its first record, at most once a second for each shard', async () => {
  const starts: BatchStart[] = [];
  let time = ARRIVED_AT + 5_000;
  const putBatchStart = async (start: BatchStart) => void starts.push(start);
  const reportStart = createReportStart({ store: { putBatchStart }, now: () => time });
  await reportStart(kinesisRecords('a', 'b'), context);
  time += 999;
  await reportStart(kinesisRecords('c'), context);
  expect(starts).toEqual([
    {
      shard_id: SHARD_ID,
      started_at: new Date(ARRIVED_AT + 5_000).toISOString(),
      oldest_at: new Date(ARRIVED_AT).toISOString(),
    },
  ]);
  time += 1;
  await reportStart(kinesisRecords('c'), context);
  await reportStart([], context);
  expect(starts).toHaveLength(2);
});

it('a batch goes on if its start cannot be reported, and a bug is not hidden', async () => {
  const report = (error: Error) =>
    createReportStart({
      store: { putBatchStart: () => Promise.reject(error) },
      now: () => ARRIVED_AT,
    })(kinesisRecords('a'), context);
  await expect(report(new ServiceError('dynamodb', 'Down', { retryable: true }))).resolves.toBe(
    true,
  );
  await expect(report(new TypeError('bug'))).rejects.toThrow(TypeError);
});
