/**
 * Reads which items of a batch a function failed to process, from the answer of a function whose
 * mapping uses `ReportBatchItemFailures`. If the answer or its list `batchItemFailures` is empty or
 * null, no item failed. If an `itemIdentifier` is empty, null or not one of the batch, the answer is
 * `invalid`, and the whole batch failed.
 *
 * @param payload the function's answer, in JSON.
 * @param ids the identifiers of the batch: sequence numbers of a stream, or message ids of a queue.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function readItemFailures(payload: string, ids: string[]): string[] | 'invalid' {
  const known = new Set(ids);
  const failed: unknown[] = [];
  for (const failure of listFailures(payload)) {
    failed.push((failure as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  }
  const isKnown = (id: unknown): id is string => typeof id === 'string' && known.has(id);
  return failed.every(isKnown) ? failed : 'invalid';
}

function listFailures(payload: string): unknown[] {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null) return [];
  const { batchItemFailures } = answer as { batchItemFailures?: unknown };
  return Array.isArray(batchItemFailures) ? batchItemFailures : [];
}
