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
 * Reads the answer of a function whose mapping uses `ReportBatchItemFailures`. The lowest returned
 * sequence number is the checkpoint. If the answer or its list `batchItemFailures` is empty or
 * null, the batch is successful. If an `itemIdentifier` is empty, null or unknown, the whole batch
 * fails.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function readOutcome(payload: string, sequence_numbers: string[]): Outcome {
  const failures = itemFailures(payload);
  if (failures === undefined || failures.length === 0) return { kind: 'success' };
  const known = new Set(sequence_numbers);
  const ids = failures.map((failure) => (failure as { itemIdentifier?: unknown })?.itemIdentifier);
  if (!ids.every((id): id is string => typeof id === 'string' && known.has(id))) {
    return { kind: 'failure' };
  }
  return { kind: 'partial', from_sequence_number: ids.reduce(lower) };
}

function itemFailures(payload: string): unknown[] | undefined {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { batchItemFailures } = answer as { batchItemFailures?: unknown };
  return Array.isArray(batchItemFailures) ? batchItemFailures : undefined;
}

/**
 * Returns the lower of two sequence numbers. The numbers are compared as BigInt because they have
 * more digits than a double can represent.
 */
const lower = (left: string, right: string) => (BigInt(left) <= BigInt(right) ? left : right);
