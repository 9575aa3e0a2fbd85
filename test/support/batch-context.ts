import { createAnalysisContext } from '../../processors/analysis/context.ts';
import type { Deadline } from '../../processors/deadline.ts';
import type { BatchContext } from '../../processors/stream/batch.ts';
import { BatchTally } from '../../processors/stream/tally.ts';

/** Creates a batch context whose deadlines never pass. */
export function aBatchContext(request_id = 'request-1'): BatchContext {
  const never: Deadline = {
    at: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
  };
  return {
    ...createAnalysisContext(),
    request_id,
    analysis: never,
    delivery: never,
    tally: new BatchTally(),
  };
}
