import { readItemFailures } from '../function/item-failures.ts';

/** The effect of an invocation on its batch. */
export type Outcome =
  /** Every record of the batch is finished. */
  | { kind: 'success' }
  /**
   * The records before `from_sequence_number` are finished. The record with this number and all
   * later records are delivered again.
   */
  | { kind: 'partial'; from_sequence_number: string }
  /** No record of the batch is finished. */
  | { kind: 'failure' }
  /** The function was not invoked. This outcome does not count as an attempt. */
  | { kind: 'throttled' };

/**
 * Reads the effect of an invocation from the answer of a function whose mapping uses
 * `ReportBatchItemFailures`. The lowest returned sequence number is the checkpoint.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function readOutcome(payload: string, sequence_numbers: string[]): Outcome {
  const failed = readItemFailures(payload, sequence_numbers);
  if (failed === 'invalid') return { kind: 'failure' };
  if (failed.length === 0) return { kind: 'success' };
  return { kind: 'partial', from_sequence_number: failed.reduce(lower) };
}

/**
 * Returns the lower of two sequence numbers. The numbers are compared as BigInt because they have
 * more digits than a double can represent.
 */
const lower = (left: string, right: string) => (BigInt(left) <= BigInt(right) ? left : right);
