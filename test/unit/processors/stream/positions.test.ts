import { expect, it } from 'vitest';
import { createReportPosition } from '../../../../processors/stream/positions.ts';
import { type ProcessedPosition, ServiceError } from '../../../../schemas/index.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import {
  ARRIVED_AT,
  kinesisRecords,
  SHARD_ID,
  STREAM_NAME,
  sequenceNumber,
} from '../../../support/kinesis-event.ts';

const context = aBatchContext();
const failing = (...places: number[]) => ({
  response: {
    batchItemFailures: places.map((place) => ({ itemIdentifier: sequenceNumber(place) })),
  },
});

async function report(...failed: number[]): Promise<ProcessedPosition[]> {
  const stored: ProcessedPosition[] = [];
  const reportPosition = createReportPosition({
    positions: { put: async (position) => void stored.push(position) },
    now: () => ARRIVED_AT,
  });
  const errors = await reportPosition(kinesisRecords('a', 'b', 'c'), failing(...failed), context);
  expect(errors).toBe(0);
  return stored;
}

it('after a batch, the position of the shard is its last record', async () => {
  expect(await report()).toEqual([
    {
      stream_name: STREAM_NAME,
      shard_id: SHARD_ID,
      sequence_number: sequenceNumber(3),
      processed_at: '2026-11-23T10:00:00.123Z',
    },
  ]);
});

it('the position stays before the first record that Lambda delivers again', async () => {
  expect((await report(3))[0]?.sequence_number).toBe(sequenceNumber(2));
  expect((await report(2, 3))[0]?.sequence_number).toBe(sequenceNumber(1));
  expect(await report(1)).toEqual([]);
});

it('a batch goes on if its position cannot be stored, the failure is counted, and a bug is not hidden', async () => {
  const reportWith = (error: Error) =>
    createReportPosition({ positions: { put: () => Promise.reject(error) }, now: () => 0 })(
      kinesisRecords('a'),
      failing(),
      context,
    );
  const down = new ServiceError('dynamodb', 'Down', { retryable: true });
  await expect(reportWith(down)).resolves.toBe(1);
  await expect(reportWith(new TypeError('bug'))).rejects.toThrow(TypeError);
});
