/** The consequence of an invocation for its batch. */
export type Outcome =
  /** Every record is finished. */
  | { kind: 'success' }
  /** Records before this one are finished. It and all later ones are delivered again. */
  | { kind: 'partial'; from_sequence_number: string }
  /** No record is finished. */
  | { kind: 'failure' }
  /** The function was not invoked. This does not count as an attempt. */
  | { kind: 'throttled' };

/**
 * Reads a function's answer under `ReportBatchItemFailures`: the lowest returned sequence number is the checkpoint.
 * An empty or null answer or list is a success; an empty, null or unknown `itemIdentifier` fails the whole batch.
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

/** Sequence numbers have more digits than a double holds. */
const lower = (left: string, right: string) => (BigInt(left) <= BigInt(right) ? left : right);
