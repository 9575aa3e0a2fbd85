import type { KinesisStreamBatchResponse } from 'aws-lambda';

/**
 * Builds the response to Lambda. The response lists each failed record once, in the order of the
 * stream. Lambda delivers the first listed record and all later records of the batch again. A
 * sub-record has the sequence number of its aggregate, so Lambda delivers the whole aggregate
 * again.
 *
 * The response also lists records that fail for a reason that retries cannot solve, for example a
 * missing permission. These records must not become set-asides, because the producer did not cause
 * the failure. After the last retry, Lambda sends a report to the failure destination. An operator
 * then has time to fix the cause.
 */
export function respond(sequence_numbers: string[], failed: string[]): KinesisStreamBatchResponse {
  const wanted = new Set(failed);
  const in_order = [...new Set(sequence_numbers)].filter((number) => wanted.has(number));
  return { batchItemFailures: in_order.map((itemIdentifier) => ({ itemIdentifier })) };
}
