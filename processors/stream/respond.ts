import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { StreamPosition } from '../../schemas/index.ts';

/**
 * Names the failed records, each once, in the order of the stream. Lambda delivers again from the first of them on. A
 * sub-record has the sequence number of its aggregate, so the whole aggregate comes again.
 *
 * Failures that no retry can solve (a missing grant, for example) are named too. They are neither verdicts nor the
 * producer's fault, so they may become neither results nor set-asides. Lambda's bounded retries bring them to the
 * failure destination, and an operator can fix the cause until then.
 */
export function respond(
  sequence_numbers: string[],
  failed: StreamPosition[],
): KinesisStreamBatchResponse {
  const wanted = new Set(failed.map(({ sequence_number }) => sequence_number));
  const in_order = [...new Set(sequence_numbers)].filter((number) => wanted.has(number));
  return { batchItemFailures: in_order.map((itemIdentifier) => ({ itemIdentifier })) };
}
