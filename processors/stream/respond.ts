import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { StreamPosition } from '../../schemas/index.ts';

/**
 * Asks for the records that have not ended, each once, in the order of the stream; Lambda delivers again from the
 * first on. A sub-record has its aggregate's sequence number: the whole aggregate comes again.
 *
 * A failure that no retry mends (the analyzer refused the document, a grant is missing) is asked for like any other.
 * It is neither a verdict nor the producer's fault, so it may be neither a result nor a set-aside: Lambda's bounded
 * retries bring it to the failure destination, and until then whoever can mend it has the time to.
 */
export function respond(
  sequence_numbers: string[],
  failed: StreamPosition[],
): KinesisStreamBatchResponse {
  const wanted = new Set(failed.map(({ sequence_number }) => sequence_number));
  const in_order = [...new Set(sequence_numbers)].filter((number) => wanted.has(number));
  return { batchItemFailures: in_order.map((itemIdentifier) => ({ itemIdentifier })) };
}
