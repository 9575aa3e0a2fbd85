import { expect, it } from 'vitest';
import { batchTimes, shardOf } from '../../../../processors/stream/measures.ts';
import { kinesisRecords, SHARD_ID } from '../../../support/kinesis-event.ts';

/** Builds records that arrived at the given times, in epoch milliseconds. */
function recordsAt(...times: number[]) {
  return kinesisRecords(...times.map(() => 'a')).map((record, i) => ({
    ...record,
    kinesis: { ...record.kinesis, approximateArrivalTimestamp: times[i]! / 1_000 },
  }));
}

it('the iterator age is that of the last record, and end to end counts from the first', () => {
  expect(batchTimes(recordsAt(1_000, 2_000, 3_500), 4_000, 5_000)).toEqual({
    duration_ms: 1_000,
    iterator_age_ms: 1_500,
    end_to_end_ms: 4_000,
  });
});

it('a record whose clock is ahead has no negative age', () => {
  expect(batchTimes(recordsAt(6_000), 4_000, 5_000)).toMatchObject({
    iterator_age_ms: 0,
    end_to_end_ms: 0,
  });
});

it('a batch without records has no age and no shard', () => {
  expect(batchTimes([], 4_000, 5_000)).toEqual({
    duration_ms: 1_000,
    iterator_age_ms: 0,
    end_to_end_ms: 0,
  });
  expect(shardOf([])).toBeUndefined();
  expect(shardOf(recordsAt(1))).toBe(SHARD_ID);
});
