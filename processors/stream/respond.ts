import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { StreamPosition } from '../../schemas/index.ts';

/**
 * Lists the failed records for Lambda, each record once and in the order of the stream. Lambda
 * delivers the batch again from the first listed record on. A sub-record has the sequence number of
 * its aggregate, so Lambda delivers the whole aggregate again.
 *
 * The list also contains failures that no retry can solve, such as a missing permission. The
 * records of such failures must not become set-asides, because the producer did not cause the
 * failure. After the last retry, Lambda sends a report to the failure destination, so that an
 * operator has time to fix the cause.
 */
export function respond(
  sequence_numbers: string[],
  failed: StreamPosition[],
): KinesisStreamBatchResponse {
  const wanted = new Set(failed.map(({ sequence_number }) => sequence_number));
  const in_order = [...new Set(sequence_numbers)].filter((number) => wanted.has(number));
  return { batchItemFailures: in_order.map((itemIdentifier) => ({ itemIdentifier })) };
}
