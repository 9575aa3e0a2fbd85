import type { KinesisStreamRecord } from 'aws-lambda';
import { ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { BatchContext } from './batch.ts';
import { shardOf } from './measures.ts';
import type { ProcessedPositions } from './ports.ts';
import type { BatchReport } from './tally.ts';

export type ReportPosition = (
  records: KinesisStreamRecord[],
  report: Pick<BatchReport, 'response'>,
  context: Pick<BatchContext, 'delivery'>,
) => Promise<number>;

/**
 * Creates a function that stores how far a shard has been processed, after each batch. Commands that
 * wait for the lake compare the position with the end of the shard. If a write fails, the position
 * stays behind until the next batch, and these commands put a marker on the shard, which makes one. The
 * function returns the number of failed writes, 0 or 1.
 */
export function createReportPosition({
  positions,
  now,
}: {
  positions: Pick<ProcessedPositions, 'put'>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}): ReportPosition {
  return async (records, { response }, { delivery }) => {
    const shard_id = shardOf(records);
    const last = findLastProcessed(records, response.batchItemFailures[0]?.itemIdentifier);
    if (shard_id === undefined || last === undefined) return 0;
    const position = {
      stream_name: last.eventSourceARN.split('/').at(-1) ?? '',
      shard_id,
      sequence_number: last.kinesis.sequenceNumber,
      processed_at: new Date(now()).toISOString(),
    };
    try {
      await callBefore(delivery, 'dynamodb', () => positions.put(position));
      return 0;
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
      return 1;
    }
  };
}

/** Lambda delivers the first failed record again, and all records after it. */
function findLastProcessed(
  records: KinesisStreamRecord[],
  failed: string | undefined,
): KinesisStreamRecord | undefined {
  if (failed === undefined) return records.at(-1);
  return records[records.findIndex(({ kinesis }) => kinesis.sequenceNumber === failed) - 1];
}
