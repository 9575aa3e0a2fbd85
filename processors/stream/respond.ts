import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { StreamPosition } from '../../schemas/index.ts';

/**
 * Names the failed records, each once, in the order of the stream. Lambda delivers the batch again from the first
 * of them. A sub-record has the sequence number of its aggregate, so the whole aggregate is delivered again.
 *
 * The list includes failures that no retry can solve, such as a missing permission. They are not the producer's fault,
 * so they must not become set-asides. After its retries Lambda sends them to the failure destination, which gives an
 * operator time to fix the cause.
 */
export function respond(
  sequence_numbers: string[],
  failed: StreamPosition[],
): KinesisStreamBatchResponse {
  const wanted = new Set(failed.map(({ sequence_number }) => sequence_number));
  const in_order = [...new Set(sequence_numbers)].filter((number) => wanted.has(number));
  return { batchItemFailures: in_order.map((itemIdentifier) => ({ itemIdentifier })) };
}
