import { describe, expect, it } from 'vitest';
import type { ThroughputSample } from '../../../../jobs/ports.ts';
import type { BatchReport } from '../../../../processors/stream/consumer.ts';
import { createPulse } from '../../../../processors/stream/pulse.ts';
import { ARRIVED_AT, kinesisRecords, SHARD_ID } from '../../../support/kinesis-event.ts';
import { outage } from '../../../support/memory-stores.ts';

const report: BatchReport = {
  response: { batchItemFailures: [] },
  records: 10,
  results: 5,
  set_asides: 2,
  cancelled: 2,
  failed: 1,
  reasons: {},
  failures: {},
};

describe('a pulse', () => {
  it('says what the batch took, of the records that ended', async () => {
    const pulses: ThroughputSample[] = [];
    let time = ARRIVED_AT + 1_000;
    const pulsed = createPulse({
      putThroughputSample: async (pulse) => void pulses.push(pulse),
      now: () => time,
    });
    const consume = pulsed(async () => {
      time += 400;
      return report;
    });
    expect(await consume(kinesisRecords('a', 'b'))).toBe(report);
    expect(pulses).toEqual([
      {
        shard_id: SHARD_ID,
        ended_at: '2026-11-23T10:00:01.523Z',
        records: 7,
        duration_ms: 400,
        iterator_age_ms: 1_400,
      },
    ]);
  });

  it('is left once a second at most, for each shard', async () => {
    const shards: string[] = [];
    let time = ARRIVED_AT;
    const consume = createPulse({
      putThroughputSample: async ({ shard_id }) => void shards.push(shard_id),
      now: () => time,
    })(async () => report);
    const [record] = kinesisRecords('a');
    const of = (shard: string) => [{ ...record!, eventID: `${shard}:1` }];
    await consume(of('one'));
    await consume(of('one'));
    await consume(of('two'));
    time += 1_000;
    await consume(of('one'));
    expect(shards).toEqual(['one', 'two', 'one']);
  });

  it('is left at once by the batch that caught up', async () => {
    const ages: number[] = [];
    let time = ARRIVED_AT + 300_000;
    const consume = createPulse({
      putThroughputSample: async ({ iterator_age_ms }) => void ages.push(iterator_age_ms),
      now: () => time,
    })(async () => report);
    await consume(kinesisRecords('a'));
    time = ARRIVED_AT + 500;
    await consume(kinesisRecords('b'));
    await consume(kinesisRecords('c'));
    expect(ages).toEqual([300_000, 500]);
  });

  it('that can’t be left fails no batch', async () => {
    const putThroughputSample = () => Promise.reject(outage('dynamodb'));
    const consume = createPulse({ putThroughputSample, now: () => ARRIVED_AT })(async () => report);
    expect(await consume(kinesisRecords('a'))).toBe(report);
  });

  it('of no record is none', async () => {
    const putThroughputSample = () => Promise.reject(new Error('it was'));
    const consume = createPulse({ putThroughputSample, now: () => ARRIVED_AT })(async () => report);
    expect(await consume([])).toBe(report);
  });
});
